// godwit daemon.

#include "client/daemon.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/configuration.hpp"
#include "client/keys.hpp"

namespace godwit::client {

namespace {

struct DaemonCommandOptions {
    std::filesystem::path configuration = configuration_file;
    bool check = false;
};

runtime::ExitCode run(const DaemonCommandOptions& options) {
    if (options.check) {
        load_keys(read_configuration(options.configuration));
        std::cout << options.configuration.string() << ": correct\n";
    } else {
        run_daemon(options.configuration);
    }
    return runtime::ExitCode::ok;
}

}  // namespace

Command add_daemon(CLI::App& app) {
    const auto options = std::make_shared<DaemonCommandOptions>();
    CLI::App* command = app.add_subcommand("daemon", "Keep this machine at its home address");
    command->add_option("--config", options->configuration, "The configuration file")
        ->capture_default_str();
    command->add_flag("--check", options->check, "Only say whether the configuration is correct");
    command->footer(
        "Runs in the foreground until SIGTERM or Ctrl-C, and leaves the system as it found it.\n"
        "Needs CAP_NET_ADMIN and CAP_NET_RAW. Example:\n"
        "  godwit daemon --config mn.toml --check && sudo godwit daemon --config mn.toml");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
