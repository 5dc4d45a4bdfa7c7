// godwit up.

#include <CLI/CLI.hpp>
#include <memory>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"

namespace godwit::client {

Command add_up(CLI::App& app) {
    const auto options = std::make_shared<DaemonOptions>();
    CLI::App* command = app.add_subcommand("up", "Be present at the home address again");
    add_socket_option(*command, *options);
    command->footer(
        "The opposite of down. Takes up what the configuration says now. Example, as root or in "
        "the group\n"
        "of the socket:\n"
        "  godwit up && godwit wait --timeout 10");
    return [options] { return order_daemon(*options, "/v1/up"); };
}

}  // namespace godwit::client
