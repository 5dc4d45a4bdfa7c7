#pragma once
// Times as programs and people write them in documents: RFC 3339, in UTC.

#include <chrono>
#include <string>

#include "shared/runtime/clock.hpp"

namespace godwit::runtime {

// "2026-11-25T02:07:05.123Z", to the millisecond.
std::string rfc3339(WallTime time);
// "2026-11-25T02:07:05Z"
std::string rfc3339(std::chrono::sys_seconds time);

}  // namespace godwit::runtime
