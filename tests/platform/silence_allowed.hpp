#pragma once
// How long the other end of a connection may say nothing (shared/platform/silent_peer.hpp).

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>

namespace godwit::platform {

struct SilenceAllowed {
    bool is_asked = false;  // whether it is there
    int before = 0;         // seconds
    int between = 0;        // seconds
    int questions = 0;
    int unacknowledged = 0;  // milliseconds

    explicit SilenceAllowed(int descriptor)
        : is_asked(option(descriptor, SOL_SOCKET, SO_KEEPALIVE) != 0),
          before(option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE)),
          between(option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL)),
          questions(option(descriptor, IPPROTO_TCP, TCP_KEEPCNT)),
          unacknowledged(option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT)) {}

  private:
    static int option(int descriptor, int level, int name) {
        int value = -1;
        socklen_t size = sizeof value;
        ::getsockopt(descriptor, level, name, &value, &size);
        return value;
    }
};

// This process's end of the IPv4 connection whose other end has this port.
inline std::optional<int> end_of_connection_from(std::uint16_t port) {
    constexpr int most_descriptors = 1024;
    for (int descriptor = 0; descriptor < most_descriptors; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
            return descriptor;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::platform
