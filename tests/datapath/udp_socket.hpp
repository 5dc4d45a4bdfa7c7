#pragma once
// An application that sends and receives, in the network namespace where it was made.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/address.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::test {

class UdpSocket {
  public:
    explicit UdpSocket(const wire::Ipv6Address& local)
        : socket_(platform::check_syscall("open", ::socket(AF_INET6, SOCK_DGRAM, 0))) {
        const sockaddr_in6 name = socket_name(local);
        platform::check_syscall("bind", ::bind(socket_.number(), as_general(name), sizeof name));
    }

    void send(const wire::Ipv6Address& remote, const std::string& text) const {
        const sockaddr_in6 name = socket_name(remote);
        platform::check_syscall("send", ::sendto(socket_.number(), text.data(), text.size(), 0,
                                                 as_general(name), sizeof name));
    }

    // Of what it sends from now on over IPv6.
    void set_traffic_class(std::uint8_t traffic_class) const {
        platform::set_option(socket_, IPPROTO_IPV6, IPV6_TCLASS, int{traffic_class},
                             "set a traffic class");
    }

    // Of the next one to come over IPv6, which is read away; nothing if none comes in a long time.
    [[nodiscard]] std::optional<std::uint8_t> receive_traffic_class() const {
        platform::set_option(socket_, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "ask for traffic classes");
        if (!platform::becomes_readable(socket_.number())) {
            return std::nullopt;
        }
        std::array<char, 2048> text{};
        platform::ControlRoom room{};
        iovec part{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = room.octets.data();
        message.msg_controllen = room.octets.size();
        platform::check_syscall("receive", ::recvmsg(socket_.number(), &message, 0));
        return platform::read_control(message).traffic_class;
    }

    // Nothing if none comes in a long time.
    [[nodiscard]] std::optional<std::string> receive() const {
        if (!platform::becomes_readable(socket_.number())) {
            return std::nullopt;
        }
        std::array<char, 2048> text{};
        const auto size = ::recv(socket_.number(), text.data(), text.size(), 0);
        return std::string(text.data(), static_cast<std::size_t>(size));
    }

  private:
    static constexpr std::uint16_t port = 4000;

    static sockaddr_in6 socket_name(const wire::Ipv6Address& address) {
        sockaddr_in6 name{};
        name.sin6_family = AF_INET6;
        name.sin6_port = htons(port);
        std::memcpy(&name.sin6_addr, address.octets.data(), address.octets.size());
        return name;
    }
    static const sockaddr* as_general(const sockaddr_in6& name) {
        return reinterpret_cast<const sockaddr*>(&name);
    }

    platform::FileDescriptor socket_;
};

}  // namespace godwit::test
