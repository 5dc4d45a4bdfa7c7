// godwit daemon.

#include "client/daemon.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/commands/profile_options.hpp"
#include "client/keys.hpp"

namespace godwit::client {

namespace {

struct DaemonCommandOptions {
    ProfileOptions where;
    bool check = false;
};

runtime::ExitCode run(const DaemonCommandOptions& options) {
    if (options.check) {
        const std::filesystem::path file = configuration_of(options.where);
        load_keys(read_configuration(file));
        std::cout << file.string() << ": correct\n";
    } else {
        run_daemon(options.where.configuration.empty()
                       ? ConfigurationSource(Profiles())
                       : ConfigurationSource(options.where.configuration));
    }
    return runtime::ExitCode::ok;
}

}  // namespace

Command add_daemon(CLI::App& app) {
    const auto options = std::make_shared<DaemonCommandOptions>();
    CLI::App* command = app.add_subcommand("daemon", "Keep this machine at its home address");
    CLI::Option* profile = add_profile_options(*command, options->where);
    profile->needs(command->add_flag("--check", options->check,
                                     "Only say whether the configuration is correct"));
    command->footer(
        "By the active profile, or the file that --config names. Runs in the foreground until "
        "SIGTERM or Ctrl-C, and leaves the system as it found it.\n"
        "Needs CAP_NET_ADMIN and CAP_NET_RAW. Example:\n"
        "  godwit daemon --config mn.toml --check && sudo godwit daemon --config mn.toml");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
