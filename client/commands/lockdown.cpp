// godwit lockdown: what godwit-lockdown.service does before the network is there, and how to be rid
// of the rules without a daemon.

#include "client/lockdown.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/configuration.hpp"
#include "client/status.hpp"
#include "client/status_text.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;

struct LockdownOptions : DaemonOptions {
    std::filesystem::path state_directory = Configuration().state_directory;
    bool load = false;
    bool lift = false;
};

ExitCode load(const LockdownOptions& options) {
    load_lockdown(options.state_directory);
    std::cout << "loaded: nothing leaves outside the tunnel\n";
    return ExitCode::ok;
}

// Whether a daemon answers that puts back what is taken away.
bool is_kept_up(const std::filesystem::path& socket) {
    const auto status = runtime::read_status(socket);
    if (!status || state_in(*status) == down_state) {
        return false;
    }
    const auto lockdown = status->find("lockdown");
    return lockdown != status->end() && lockdown->is_object() && lockdown->value("wanted", false);
}

ExitCode lift(const LockdownOptions& options) {
    if (is_kept_up(options.socket)) {
        return fail(ExitCode::failed,
                    "the daemon runs and would put the rules back; to lift them until godwit up: "
                    "godwit down");
    }
    require_right_to_lift_lockdown();
    lift_lockdown(options.state_directory);
    std::cout << "lifted: until the daemon starts with lockdown = true, or godwit up\n";
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
        "Wants CAP_NET_ADMIN. godwit-lockdown.service runs --load; where a daemon keeps them, "
        "godwit "
        "down\n"
        "lifts them.\n"
        "Example, as root:\n"
        "  godwit lockdown --lift");
    add_socket_option(*command, *options);
    return [options] { return options->load ? load(*options) : lift(*options); };
}

}  // namespace godwit::client
