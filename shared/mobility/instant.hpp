#pragma once
// Time as the cores see it: always passed in as `now`. It counts while the machine is asleep, and
// no step of the wall clock moves it (CLOCK_BOOTTIME in the daemons, a counter in the simulator).

#include <chrono>

namespace godwit::mobility {

struct BootTime {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootTime>;
    static constexpr bool is_steady = true;
};

using Instant = BootTime::time_point;

}  // namespace godwit::mobility
