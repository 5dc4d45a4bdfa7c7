#include "shared/runtime/http_message.hpp"

namespace godwit::runtime {

HttpAnswer json_answer(const Json& document, unsigned status) {
    // A message may repeat what was asked for, which need not be UTF-8.
    return {.status = status,
            .body = document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

HttpAnswer error_answer(unsigned status, std::string_view code, std::string_view message) {
    return json_answer({{"error", {{"code", code}, {"message", message}}}}, status);
}

}  // namespace godwit::runtime
