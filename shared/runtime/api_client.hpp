#pragma once
// Asks a running daemon something, or tells it to do something: HTTP/1.1 on its UNIX socket.

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>

namespace godwit::runtime {

struct ApiRequest {
    std::string method = "GET";
    std::string target;  // "/v1/status"
    std::string body;    // JSON, or what the target takes
    std::chrono::seconds patience{30};
};

struct ApiAnswer {
    unsigned status = 0;  // of HTTP
    std::string body;
};

// Of an answer that is an error: {"error": {"code": "...", "message": "..."}}. The message is a
// sentence for people in any case; the code is empty where there is none.
std::string error_message(const ApiAnswer& answer);
std::string error_code(const ApiAnswer& answer);

// The daemon's answer, whatever it is; or in one line why there is none and what to do. Throws
// std::system_error where no socket can have that name, and whatever else keeps it from asking.
std::expected<ApiAnswer, std::string> call_api(const std::filesystem::path& socket,
                                               const ApiRequest& request);

// The JSON document of GET /v1/status. Takes 2 s at most; throws as call_api() does.
std::expected<std::string, std::string> fetch_status(const std::filesystem::path& socket);

}  // namespace godwit::runtime
