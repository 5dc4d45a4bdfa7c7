#include "shared/platform/thread_priority.hpp"

#include <sys/resource.h>

namespace godwit::platform {

// Linux takes the nice value for one of a thread: setpriority(2), "C library/kernel differences". A
// service that has been given it may lack the right to ask for it, and the system call as well.
void prefer_this_thread() {
    constexpr int nice = -10;
    constexpr int this_thread = 0;
    if (::getpriority(PRIO_PROCESS, this_thread) > nice) {
        static_cast<void>(::setpriority(PRIO_PROCESS, this_thread, nice));
    }
}

}  // namespace godwit::platform
