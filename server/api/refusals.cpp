#include "server/api/refusals.hpp"

namespace godwit::server {

using runtime::HttpAnswer;
using runtime::Json;

namespace {

unsigned status_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::no_such_client:
            return 404;
        case Refusal::bad_name:
        case Refusal::address_outside_prefix:
        case Refusal::address_reserved:
        case Refusal::bad_duration:
        case Refusal::bad_backup:
        case Refusal::bad_order:
            return 400;
        case Refusal::name_taken:
        case Refusal::address_taken:
        case Refusal::no_address_left:
        case Refusal::is_configured:
        case Refusal::wrong_state:
            return 409;
        case Refusal::not_durable:
        case Refusal::not_in_force:
            return 503;
    }
    return 500;
}

}  // namespace

HttpAnswer answer_to(const Refused& refused) {
    return runtime::error_answer(status_of(refused.reason), name(refused.reason), refused.text);
}

HttpAnswer no_such_client(const std::string& name) {
    return answer_to({Refusal::no_such_client, "there is no client \"" + name + "\""});
}

HttpAnswer bad_request(std::string_view message) {
    return answer_to({Refusal::bad_order, std::string(message)});
}

std::expected<Json, HttpAnswer> json_object(const std::string& body) {
    if (body.empty()) {
        return Json::object();
    }
    auto document = Json::parse(body, nullptr, false);
    if (!document.is_object()) {
        return std::unexpected(bad_request("the body is no JSON object"));
    }
    return document;
}

}  // namespace godwit::server
