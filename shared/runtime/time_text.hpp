#pragma once
// The time of day as people and programs read it.

#include <chrono>
#include <string>

namespace godwit::runtime {

// "2026-11-25T02:03:04Z", RFC 3339, in UTC.
std::string time_text(std::chrono::sys_seconds time);

}  // namespace godwit::runtime
