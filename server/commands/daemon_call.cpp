#include "server/commands/daemon_call.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cctype>
#include <utility>

#include "shared/runtime/program.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

constexpr unsigned first_error = 400;  // of HTTP

}  // namespace

void add_socket_option(CLI::App& command, DaemonOptions& options) {
    command.add_option("--socket", options.socket, "The daemon's status_socket")
        ->capture_default_str();
}

void add_json_option(CLI::App& command, DaemonOptions& options) {
    command.add_flag("--json", options.json, "As JSON, for programs");
}

// RFC 3986 §2.1: all but unreserved characters.
std::string client_target(std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string target = "/v1/clients/";
    for (const char character : name) {
        const auto octet = static_cast<unsigned char>(character);
        if (std::isalnum(octet) != 0 || std::string_view("-._~").contains(character)) {
            target += character;
        } else {
            target += {'%', digits[octet / digits.size()], digits[octet % digits.size()]};
        }
    }
    return target;
}

std::string body_of(const Json& order) {
    return order.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::expected<std::string, ExitCode> call_daemon(const DaemonOptions& options,
                                                 runtime::ApiRequest request) {
    auto answer = runtime::call_api(options.socket, request);
    if (!answer) {
        runtime::print_error("godwit-ha", answer.error());
        return std::unexpected(ExitCode::not_reachable);
    }
    if (answer->status >= first_error) {
        runtime::print_error("godwit-ha", runtime::error_message(*answer));
        return std::unexpected(ExitCode::failed);
    }
    return std::move(answer->body);
}

std::expected<Json, ExitCode> ask_daemon(const DaemonOptions& options,
                                         runtime::ApiRequest request) {
    const auto body = call_daemon(options, std::move(request));
    if (!body) {
        return std::unexpected(body.error());
    }
    Json document = Json::parse(*body, nullptr, false);
    if (document.is_discarded()) {
        runtime::print_error("godwit-ha", "the daemon's answer is no JSON; is it of this version?");
        return std::unexpected(ExitCode::failed);
    }
    return document;
}

ExitCode tell_daemon(const DaemonOptions& options, runtime::ApiRequest request) {
    const auto answer = call_daemon(options, std::move(request));
    return answer ? ExitCode::ok : answer.error();
}

}  // namespace godwit::server
