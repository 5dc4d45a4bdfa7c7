#pragma once
// What those who ask for a change are told when it is not made, and the forms of what they write.

#include <expected>
#include <string>
#include <string_view>

#include "server/clients/clients.hpp"
#include "shared/runtime/http_message.hpp"

namespace godwit::server {

// 404 of what is not there, 400 of what can never be, 409 of what is not possible now, 503 where
// the home agent cannot.
runtime::HttpAnswer answer_to(const Refused& refused);
runtime::HttpAnswer no_such_client(const std::string& name);
runtime::HttpAnswer bad_request(std::string_view message);

// A body that must be a JSON object; an empty one stands for {}.
std::expected<runtime::Json, runtime::HttpAnswer> json_object(const std::string& body);

}  // namespace godwit::server
