#include "shared/platform/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace godwit::platform {
namespace {

std::chrono::microseconds duration(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

ProcessUsage process_usage() {
    rusage usage{};
    // Cannot fail: who is asked about is right, and the pointer is good.
    ::getrusage(RUSAGE_SELF, &usage);
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return {.processor = duration(usage.ru_utime) + duration(usage.ru_stime),
            .resident = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

}  // namespace godwit::platform
