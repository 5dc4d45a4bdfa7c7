// godwit down.

#include <CLI/CLI.hpp>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"

namespace godwit::client {

Command add_down(CLI::App& app) {
    const auto options = std::make_shared<DaemonOptions>();
    CLI::App* command = app.add_subcommand("down", "Give the home address up, until up");
    add_socket_option(*command, *options);
    command->footer(
        "The system is as if Godwit did not run, across reboots too; the daemon goes on and "
        "answers\n"
        "commands. Open connections of the home address break. Example, as root or in the group of "
        "the\n"
        "socket:\n"
        "  godwit down && godwit status");
    return [options] { return order_daemon(*options, "/v1/down"); };
}

}  // namespace godwit::client
