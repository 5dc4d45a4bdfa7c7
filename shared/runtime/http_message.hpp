#pragma once
// What is asked of a daemon over HTTP, and what it answers: as values, apart from any socket.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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

class HttpPromise;

struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields{};  // further ones of the header
    std::shared_ptr<HttpStream> stream{};    // in place of the body: what comes, as it comes
    std::shared_ptr<HttpPromise> promise{};  // in place of all this: what is not known yet
};

// An answer that will be known later; the connection waits for it.
class HttpPromise {
  public:
    void keep(HttpAnswer answer) {
        answer_ = std::move(answer);
        on_kept_();
    }
    [[nodiscard]] const std::optional<HttpAnswer>& answer() const { return answer_; }
    // For the connection: calls back when it is kept.
    void on_kept(std::function<void()> callback) { on_kept_ = std::move(callback); }

  private:
    std::optional<HttpAnswer> answer_;
    std::function<void()> on_kept_ = [] {};
};

HttpAnswer json_answer(const Json& document, unsigned status = 200);
// {"error": {"code": "name-taken", "message": "..."}}: the code for programs, the message, a
// sentence, for people.
HttpAnswer error_answer(unsigned status, std::string_view code, std::string_view message);

}  // namespace godwit::runtime
