#include "shared/runtime/clock.hpp"

#include <ctime>

namespace godwit::runtime {

namespace {

std::chrono::nanoseconds read(clockid_t clock) {
    std::timespec now{};
    // Cannot fail: every Linux since 2.6.39 has these clocks, and the pointer is good.
    clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

mobility::Instant boot_now() {
    return mobility::Instant(read(CLOCK_BOOTTIME));
}

std::chrono::nanoseconds time_asleep() {
    // In this order whatever comes between the two makes the difference smaller.
    const std::chrono::nanoseconds since_boot = read(CLOCK_BOOTTIME);
    return since_boot - read(CLOCK_MONOTONIC);
}

WallTime wall_now() {
    return std::chrono::system_clock::now();
}

}  // namespace godwit::runtime
