// godwit restart.

#include <CLI/CLI.hpp>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"

namespace godwit::client {

Command add_restart(CLI::App& app) {
    const auto options = std::make_shared<DaemonOptions>();
    CLI::App* command = app.add_subcommand("restart", "Take up what the configuration says now");
    add_socket_option(*command, *options);
    command->footer(
        "Down and up again by the configuration as it is now. One that is wrong changes nothing, "
        "and is\n"
        "told with the lines to correct, exit code 2. Example, as root or in the group of the "
        "socket:\n"
        "  godwit set lifetime 300 && godwit restart");
    return [options] { return order_daemon(*options, "/v1/restart"); };
}

}  // namespace godwit::client
