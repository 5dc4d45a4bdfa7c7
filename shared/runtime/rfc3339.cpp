#include "shared/runtime/rfc3339.hpp"

#include <spdlog/fmt/chrono.h>

namespace godwit::runtime {

std::string rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - seconds);
    std::string text = rfc3339(seconds);
    text.pop_back();
    return text + fmt::format(".{:03}Z", rest.count());
}

std::string rfc3339(std::chrono::sys_seconds time) {
    return fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace godwit::runtime
