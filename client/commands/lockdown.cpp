// godwit lockdown: what godwit-lockdown.service does before the network is there, and how to be rid
// of the rules without a daemon.

#include "client/lockdown.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/configuration.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;

struct LockdownOptions {
    std::filesystem::path state_directory = Configuration().state_directory;
    bool load = false;
    bool lift = false;
};

ExitCode run(const LockdownOptions& options) {
    if (options.load) {
        load_lockdown(options.state_directory);
        std::cout << "loaded: nothing leaves outside the tunnel\n";
    } else {
        lift_lockdown(options.state_directory);
        std::cout << "lifted: until the daemon starts with lockdown = true, or godwit up\n";
    }
    return ExitCode::ok;
}

}  // namespace

Command add_lockdown(CLI::App& app) {
    const auto options = std::make_shared<LockdownOptions>();
    CLI::App* command =
        app.add_subcommand("lockdown", "Load or lift the rules that keep traffic in the tunnel");
    CLI::Option_group* what = command->add_option_group("what");
    what->add_flag("--load", options->load, "Those that were in force last; for an early boot");
    what->add_flag("--lift", options->lift, "Away with them, where no daemon does that");
    what->require_option(1);
    command->add_option("--state", options->state_directory, "The daemon's state_directory")
        ->capture_default_str();
    command->footer(
        "Wants CAP_NET_ADMIN. godwit-lockdown.service runs --load; with a daemon, godwit down "
        "lifts "
        "them.\n"
        "Example, as root:\n"
        "  godwit lockdown --lift");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
