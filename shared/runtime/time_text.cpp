#include "shared/runtime/time_text.hpp"

#include <spdlog/fmt/chrono.h>

namespace godwit::runtime {

std::string time_text(std::chrono::sys_seconds time) {
    return fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace godwit::runtime
