#pragma once
// What this process has cost the machine: getrusage(2) and proc(5).

#include <chrono>
#include <cstdint>

namespace godwit::platform {

struct ProcessUsage {
    std::chrono::microseconds processor{};  // of all threads, in user and in system mode
    std::uint64_t resident = 0;             // octets; 0 where /proc is not mounted
};
ProcessUsage process_usage();

}  // namespace godwit::platform
