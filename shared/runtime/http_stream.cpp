#include "shared/runtime/http_stream.hpp"

namespace godwit::runtime {

void HttpStream::write(std::string_view text) {
    if (!is_open()) {
        return;
    }
    if (backlog_.size() + text.size() > max_backlog) {
        cut();
        return;
    }
    backlog_ += text;
    on_change_();
}

void HttpStream::end(State state) {
    if (is_open()) {
        state_ = state;
        on_change_();
        std::exchange(on_end_, [] {})();
    }
}

}  // namespace godwit::runtime
