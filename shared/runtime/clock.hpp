#pragma once
// The daemons' clocks. No other file reads one.

#include <chrono>

#include "shared/mobility/instant.hpp"

namespace godwit::runtime {

// CLOCK_BOOTTIME: counts while the machine is asleep, and nobody sets it. For deadlines.
mobility::Instant boot_now();

// For how long the machine has been asleep in all, since it was started.
std::chrono::nanoseconds time_asleep();

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;
// The time of day. For what has to outlive the process, and for handshake timestamps.
WallTime wall_now();

}  // namespace godwit::runtime
