#include "shared/platform/asking_socket.hpp"

#include <arpa/inet.h>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

sockaddr_in6 end(const wire::Ipv6Address& address, std::uint16_t port) {
    sockaddr_in6 end = socket_address(address, {});
    end.sin6_port = htons(port);
    return end;
}

FileDescriptor open_between(const mobility::Path& path, std::uint32_t mark) {
    constexpr int off = 0;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, off, "take IPv4 as well");
    mark_packets(socket, mark);
    if (path.interface.value != 0) {
        require("send by one interface", bind_to_interface(socket, path.interface));
    }
    const sockaddr_in6 local = end(path.local, path.local_port);
    const sockaddr_in6 remote = end(path.remote, path.remote_port);
    check_syscall("send from " + path.local.text(),
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local));
    check_syscall(
        "send to " + path.remote_text(),
        ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&remote), sizeof remote));
    return socket;
}

}  // namespace

AskingSocket::AskingSocket(const mobility::Path& path, std::uint32_t mark)
    : socket_(open_between(path, mark)) {}

std::uint16_t AskingSocket::local_port() const {
    sockaddr_in6 local{};
    socklen_t length = sizeof local;
    check_syscall("ask for the port of a socket",
                  ::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&local), &length));
    return ntohs(local.sin6_port);
}

std::error_code AskingSocket::send(wire::BytesView payload) const {
    return ::send(socket_.number(), payload.data(), payload.size(), 0) < 0 ? last_error()
                                                                           : std::error_code{};
}

Transferred AskingSocket::receive(std::span<std::uint8_t> buffer) const {
    const ssize_t length = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (length < 0) {
        return std::unexpected(last_error());
    }
    return static_cast<std::size_t>(length);
}

}  // namespace godwit::platform
