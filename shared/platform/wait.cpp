#include "shared/platform/wait.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <ctime>

namespace godwit::platform {

void wait_until_readable(std::span<Watched> watched,
                         std::optional<std::chrono::nanoseconds> timeout) {
    std::array<pollfd, 16> polled{};
    assert(watched.size() <= polled.size());
    for (std::size_t i = 0; i < watched.size(); ++i) {
        polled[i] = {.fd = watched[i].descriptor, .events = POLLIN, .revents = 0};
    }
    timespec patience{};
    if (timeout) {
        const auto left = std::max(*timeout, std::chrono::nanoseconds(0)).count();
        patience = {.tv_sec = left / std::nano::den, .tv_nsec = left % std::nano::den};
    }
    const bool any =
        ::ppoll(polled.data(), watched.size(), timeout ? &patience : nullptr, nullptr) > 0;
    for (std::size_t i = 0; i < watched.size(); ++i) {
        watched[i].readable = any && polled[i].revents != 0;
    }
}

}  // namespace godwit::platform
