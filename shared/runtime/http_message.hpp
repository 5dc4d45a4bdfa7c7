#pragma once
// What is asked of a daemon over HTTP, and what it answers: as values, apart from any socket.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/runtime/http_stream.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

struct HttpRequest {
    std::string name;  // what stands in the place of {name} in the route's path
    std::map<std::string, std::string, std::less<>> query;  // decoded
    std::string accept;
    std::string last_event_id;
    std::string body;
};

struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields{};  // further ones of the header
    std::shared_ptr<HttpStream> stream{};  // in place of the body: what comes, as it comes
};

HttpAnswer json_answer(const Json& document, unsigned status = 200);
// {"error": {"code": "name-taken", "message": "..."}}: the code for programs, the message, a
// sentence, for people.
HttpAnswer error_answer(unsigned status, std::string_view code, std::string_view message);

}  // namespace godwit::runtime
