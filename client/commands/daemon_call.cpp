#include "client/commands/daemon_call.hpp"

#include <CLI/CLI.hpp>

#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

constexpr unsigned first_error = 400;  // of HTTP
constexpr unsigned bad_request = 400;
constexpr unsigned forbidden = 403;

}  // namespace

void add_socket_option(CLI::App& command, DaemonOptions& options) {
    command.add_option("--socket", options.socket, "The daemon's status_socket")
        ->capture_default_str();
}

ExitCode fail(ExitCode code, const std::string& text) {
    runtime::print_error("godwit", text);
    return code;
}

ExitCode exit_code_of(const runtime::ApiAnswer& answer) {
    if (answer.status == forbidden) {
        return ExitCode::refused;
    }
    return runtime::error_code(answer) == runtime::bad_configuration ? ExitCode::usage
                                                                     : ExitCode::failed;
}

ExitCode exit_code_of(const runtime::FollowFailure& failure) {
    if (failure.status == 0) {
        return ExitCode::not_reachable;
    }
    return failure.status == bad_request ? ExitCode::usage : ExitCode::failed;
}

ExitCode order_daemon(const DaemonOptions& options, const std::string& target) {
    const auto answer = runtime::call_api(options.socket, {.method = "POST", .target = target});
    if (!answer) {
        return fail(ExitCode::not_reachable, answer.error());
    }
    return answer->status < first_error
               ? ExitCode::ok
               : fail(exit_code_of(*answer), runtime::error_message(*answer));
}

}  // namespace godwit::client
