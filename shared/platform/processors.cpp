#include "shared/platform/processors.hpp"

#include <sched.h>

#include <algorithm>

namespace godwit::platform {

// A machine of more than 1024 processors counts as one of 1: whoever has it says how many workers.
std::size_t usable_processors() {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (::sched_getaffinity(0, sizeof usable, &usable) != 0) {
        return 1;
    }
    return static_cast<std::size_t>(std::max(CPU_COUNT(&usable), 1));
}

}  // namespace godwit::platform
