#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

// SO_RCVBUFFORCE and its sister need CAP_NET_ADMIN in the initial user namespace.
void enlarge(const FileDescriptor& socket, int octets, int beyond_limit, int up_to_limit) {
    if (::setsockopt(socket.number(), SOL_SOCKET, beyond_limit, &octets, sizeof octets) != 0) {
        set_option(socket, SOL_SOCKET, up_to_limit, octets, "enlarge a socket's buffers");
    }
}

}  // namespace

FileDescriptor open_socket(int family, int type, int protocol) {
    FileDescriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
    if (socket.number() < 0) {
        const std::error_code reason = last_error();
        require(reason == std::errc::operation_not_permitted
                    ? "open a raw socket (needs CAP_NET_RAW: run it as root or as a service)"
                    : "open a raw socket",
                reason);
    }
    return socket;
}

void mark_packets(const FileDescriptor& socket, std::uint32_t mark) {
    if (mark != 0) {
        set_option(socket, SOL_SOCKET, SO_MARK, mark, "mark a socket's packets (SO_MARK)");
    }
}

std::error_code bind_to_interface(const FileDescriptor& socket,
                                  mobility::InterfaceIndex interface) {
    const int index = static_cast<int>(interface.value);
    const int done =
        ::setsockopt(socket.number(), SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof index);
    return done != 0 ? last_error() : std::error_code{};
}

void enlarge_buffers(const FileDescriptor& socket, int octets) {
    enlarge(socket, octets, SO_RCVBUFFORCE, SO_RCVBUF);
    enlarge(socket, octets, SO_SNDBUFFORCE, SO_SNDBUF);
}

}  // namespace godwit::platform
