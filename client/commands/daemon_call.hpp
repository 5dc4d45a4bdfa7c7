#pragma once
// What the subcommands that ask the daemon have in common.

#include <filesystem>
#include <string>

#include "client/configuration.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/api_follower.hpp"
#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::client {

struct DaemonOptions {
    std::filesystem::path socket = Configuration().status_socket;
};

// --socket
void add_socket_option(CLI::App& command, DaemonOptions& options);

// An ExitCode with a line, or several, on standard error.
runtime::ExitCode fail(runtime::ExitCode code, const std::string& text);

// What an answer that is an error means for the command.
runtime::ExitCode exit_code_of(const runtime::ApiAnswer& answer);
runtime::ExitCode exit_code_of(const runtime::FollowFailure& failure);

// POST to a target such as "/v1/up"; standard error says why if it is not done.
runtime::ExitCode order_daemon(const DaemonOptions& options, const std::string& target);

}  // namespace godwit::client
