#include "shared/runtime/clock.hpp"

#include <ctime>

namespace godwit::runtime {

mobility::Instant boot_now() {
    std::timespec now{};
    // Cannot fail: every Linux since 2.6.39 has this clock, and the pointer is good.
    clock_gettime(CLOCK_BOOTTIME, &now);
    return mobility::Instant(std::chrono::seconds(now.tv_sec) +
                             std::chrono::nanoseconds(now.tv_nsec));
}

WallTime wall_now() {
    return std::chrono::system_clock::now();
}

}  // namespace godwit::runtime
