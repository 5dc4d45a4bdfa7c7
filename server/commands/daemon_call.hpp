#pragma once
// What the subcommands that ask the daemon have in common.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "server/configuration.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/exit_code.hpp"
#include "shared/runtime/status_document.hpp"

namespace CLI {
class App;
}

namespace godwit::server {

struct DaemonOptions {
    std::filesystem::path socket = Configuration().status_socket;
    bool json = false;
};

// --socket
void add_socket_option(CLI::App& command, DaemonOptions& options);
// --json
void add_json_option(CLI::App& command, DaemonOptions& options);

// Below /v1/clients, whatever the name is.
std::string client_target(std::string_view name);

// An order as the daemon reads it. What is not UTF-8, such as a name from the command line, has
// U+FFFD in its place: the daemon says what is wrong with it.
std::string body_of(const runtime::Json& order);

// What the daemon answers if it does as it is told. Otherwise standard error says why it does not,
// and the exit code is the error: 1 refused, 4 no daemon.
std::expected<std::string, runtime::ExitCode> call_daemon(const DaemonOptions& options,
                                                          runtime::ApiRequest request);
// The same where the answer is a JSON document.
std::expected<runtime::Json, runtime::ExitCode> ask_daemon(const DaemonOptions& options,
                                                           runtime::ApiRequest request);
// The same where the answer is of no interest.
runtime::ExitCode tell_daemon(const DaemonOptions& options, runtime::ApiRequest request);

}  // namespace godwit::server
