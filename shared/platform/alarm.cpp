#include "shared/platform/alarm.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

Alarm::Alarm()
    : timer_(check_syscall("make a timer descriptor",
                           ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC))) {}

void Alarm::set(std::chrono::nanoseconds after) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(after);
    const itimerspec spec{
        .it_interval = {},
        .it_value = {.tv_sec = seconds.count(), .tv_nsec = (after - seconds).count()}};
    is_set_ = ::timerfd_settime(timer_.number(), 0, &spec, nullptr) == 0;
}

void Alarm::clear() {
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto read = ::read(timer_.number(), &rung, sizeof rung);
    is_set_ = false;
}

}  // namespace godwit::platform
