#include "shared/platform/wait.hpp"

#include <poll.h>

#include <array>
#include <cassert>
#include <cstddef>

namespace godwit::platform {

void wait_until_readable(std::span<Watched> watched) {
    std::array<pollfd, 16> polled{};
    assert(watched.size() <= polled.size());
    for (std::size_t i = 0; i < watched.size(); ++i) {
        polled[i] = {.fd = watched[i].descriptor, .events = POLLIN, .revents = 0};
    }
    const bool any = ::poll(polled.data(), watched.size(), -1) > 0;
    for (std::size_t i = 0; i < watched.size(); ++i) {
        watched[i].readable = any && polled[i].revents != 0;
    }
}

}  // namespace godwit::platform
