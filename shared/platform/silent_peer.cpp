#include "shared/platform/silent_peer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

std::error_code end_when_silent(int descriptor, std::chrono::seconds patience) {
    struct Option {
        int level;
        int name;
        int value;
    };
    constexpr int questions = 3;
    const auto seconds = static_cast<int>(patience.count());
    const int silence = seconds / 2;
    const std::array options{
        Option{IPPROTO_TCP, TCP_KEEPIDLE, silence},
        Option{IPPROTO_TCP, TCP_KEEPINTVL, (seconds - silence) / questions},
        Option{IPPROTO_TCP, TCP_KEEPCNT, questions},
        Option{IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000},  // milliseconds
        Option{SOL_SOCKET, SO_KEEPALIVE, 1},
    };
    for (const auto& [level, name, value] : options) {
        if (::setsockopt(descriptor, level, name, &value, sizeof value) != 0) {
            return last_error();
        }
    }
    return {};
}

}  // namespace godwit::platform
