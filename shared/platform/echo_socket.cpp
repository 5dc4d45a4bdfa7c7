#include "shared/platform/echo_socket.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "shared/platform/attempt.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/echo.hpp"

namespace godwit::platform {
namespace {

constexpr std::size_t longest_reply = 512;   // octets: ours have no data
constexpr std::size_t octets_in_word = 4;    // of the IPv4 header's length
constexpr std::uint8_t header_words = 0x0f;  // where that length stands in its first octet

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    explicit SocketAddress(const wire::Ipv6Address& address) {
        if (const auto ipv4 = address.mapped_ipv4()) {
            auto& place = reinterpret_cast<sockaddr_in&>(storage);
            place.sin_family = AF_INET;
            std::ranges::copy(ipv4->octets, reinterpret_cast<std::uint8_t*>(&place.sin_addr));
            size = sizeof place;
        } else {
            auto& place = reinterpret_cast<sockaddr_in6&>(storage);
            place.sin6_family = AF_INET6;
            std::ranges::copy(address.octets, place.sin6_addr.s6_addr);
            size = sizeof place;
        }
    }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

FileDescriptor open_echo_socket(bool is_ipv4) {
    if (is_ipv4) {
        return open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    }
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    icmp6_filter replies_only{};
    ICMP6_FILTER_SETBLOCKALL(&replies_only);
    ICMP6_FILTER_SETPASS(wire::Echo::icmpv6_reply, &replies_only);
    set_option(socket, IPPROTO_ICMPV6, ICMP6_FILTER, replies_only, "filter echo replies");
    return socket;
}

// A raw socket of IPv4 gives the header as well.
wire::BytesView without_ipv4_header(wire::BytesView packet) {
    const std::size_t header =
        packet.empty() ? 0 : (packet.front() & header_words) * octets_in_word;
    return packet.subspan(std::min(header, packet.size()));
}

}  // namespace

EchoSocket::EchoSocket(const wire::Ipv6Address& local, const wire::Ipv6Address& remote,
                       std::uint16_t identifier)
    : is_ipv4_(remote.mapped_ipv4().has_value()),
      identifier_(identifier),
      socket_(open_echo_socket(is_ipv4_)) {
    const SocketAddress from(local);
    const SocketAddress to(remote);
    check_syscall("send from " + local.text(), ::bind(socket_.number(), from.get(), from.size));
    check_syscall("find a route to " + remote.text(),
                  ::connect(socket_.number(), to.get(), to.size));
}

std::error_code EchoSocket::request(std::uint16_t sequence) const {
    const wire::Bytes message =
        wire::Echo{.type = is_ipv4_ ? wire::Echo::icmp_request : wire::Echo::icmpv6_request,
                   .identifier = identifier_,
                   .sequence = sequence}
            .serialize();
    return ::send(socket_.number(), message.data(), message.size(), 0) < 0 ? last_error()
                                                                           : std::error_code{};
}

std::optional<std::uint16_t> EchoSocket::receive() const {
    const std::uint8_t reply = is_ipv4_ ? wire::Echo::icmp_reply : wire::Echo::icmpv6_reply;
    std::array<std::uint8_t, longest_reply> buffer{};
    while (true) {
        const ssize_t length = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
        if (length < 0) {
            return std::nullopt;
        }
        const auto packet = wire::BytesView(buffer).first(static_cast<std::size_t>(length));
        const auto echo = wire::Echo::parse(is_ipv4_ ? without_ipv4_header(packet) : packet);
        if (echo && echo->type == reply && echo->identifier == identifier_) {
            return echo->sequence;
        }
    }
}

}  // namespace godwit::platform
