#include "shared/platform/readiness.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

using Events = std::array<epoll_event, Readiness::most>;

// To the nanosecond where the kernel can (Linux 5.11), else to the next millisecond.
int wait_until(int epoll, Events& events, std::chrono::nanoseconds timeout) {
    constexpr int room = Readiness::most;
    const auto left = std::max(timeout, std::chrono::nanoseconds(0));
    const timespec patience{.tv_sec = left.count() / std::nano::den,
                            .tv_nsec = left.count() % std::nano::den};
    const int count = ::epoll_pwait2(epoll, events.data(), room, &patience, nullptr);
    if (count >= 0 || errno != ENOSYS) {
        return count;
    }
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return ::epoll_wait(epoll, events.data(), room,
                        static_cast<int>(std::min<std::int64_t>(rounded, 60'000)));
}

}  // namespace

Readiness::Readiness(std::span<const int> descriptors)
    : epoll_(check_syscall("wait for descriptors", ::epoll_create1(EPOLL_CLOEXEC))) {
    assert(descriptors.size() <= most);
    for (std::size_t place = 0; place < descriptors.size(); ++place) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = place;
        check_syscall("wait for a descriptor",
                      ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptors[place], &event));
    }
}

Readiness::Places Readiness::wait(std::optional<std::chrono::nanoseconds> timeout) const {
    constexpr int at_once = 0;
    constexpr int for_ever = -1;
    Events events;  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel writes it
    const int count =
        timeout && timeout->count() > 0
            ? wait_until(epoll_.number(), events, *timeout)
            : ::epoll_wait(epoll_.number(), events.data(), most, timeout ? at_once : for_ever);
    Places readable;
    for (int i = 0; i < count; ++i) {
        readable.set(events[static_cast<std::size_t>(i)].data.u64);
    }
    return readable;
}

void Readiness::leave(int descriptor) const {
    static_cast<void>(::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr));
}

}  // namespace godwit::platform
