#include "shared/platform/event_signal.hpp"

#include <sys/eventfd.h>

namespace godwit::platform {

EventSignal::EventSignal()
    : event_(check_syscall("make an event descriptor", ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))) {}

void EventSignal::raise() const {
    // Fails only where the count is at its end: then it is raised already.
    static_cast<void>(::eventfd_write(event_.number(), 1));
}

void EventSignal::lower() const {
    // Fails only where it is not raised.
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(event_.number(), &count));
}

}  // namespace godwit::platform
