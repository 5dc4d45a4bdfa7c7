#include "shared/platform/icmpv6_socket.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <utility>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

constexpr std::size_t longest_message = 9216;  // octets: a jumbo frame

FileDescriptor open_icmpv6_socket(std::initializer_list<std::uint8_t> types) {
    constexpr int on = 1;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    for (const std::uint8_t type : types) {
        ICMP6_FILTER_SETPASS(type, &filter);
    }
    set_option(socket, IPPROTO_ICMPV6, ICMP6_FILTER, filter, "filter messages of ICMPv6");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, on, "ask for a packet's hop limit");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for a packet's interface");
    return socket;
}

}  // namespace

Icmpv6Socket::Icmpv6Socket(std::initializer_list<std::uint8_t> types, std::uint32_t mark)
    : socket_(open_icmpv6_socket(types)) {
    mark_packets(socket_, mark);
}

std::expected<Icmpv6Arrival, std::error_code> Icmpv6Socket::receive() const {
    std::array<std::uint8_t, longest_message> buffer{};
    sockaddr_in6 from{};
    iovec part{buffer.data(), buffer.size()};
    ControlRoom room{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.octets.data();
    message.msg_controllen = room.octets.size();
    const ssize_t length = ::recvmsg(socket_.number(), &message, 0);
    if (length < 0) {
        return std::unexpected(last_error());
    }
    const ControlInformation control = read_control(message);
    const wire::Ipv6Header header{.payload_length = static_cast<std::uint16_t>(length),
                                  .next_header = wire::NextHeader::icmpv6,
                                  .hop_limit = control.hop_limit,
                                  .source = address_of(from.sin6_addr),
                                  .destination = control.local};
    auto parsed =
        wire::parse_icmpv6(header, wire::BytesView(buffer).first(static_cast<std::size_t>(length)));
    if (!parsed || (message.msg_flags & MSG_TRUNC) != 0) {
        return std::unexpected(std::make_error_code(std::errc::bad_message));
    }
    return Icmpv6Arrival{control.interface, header.source, header.destination, *std::move(parsed)};
}

std::error_code Icmpv6Socket::send(const wire::Ipv6Address& source,
                                   const wire::Ipv6Address& destination,
                                   const wire::Icmpv6Message& message) const {
    // The kernel writes the checksum: it knows the source.
    wire::Bytes octets = wire::serialize_icmpv6(message, {source, destination});
    sockaddr_in6 to = socket_address(destination, {});
    iovec part{octets.data(), octets.size()};
    ControlRoom room{};
    msghdr packet{};
    packet.msg_name = &to;
    packet.msg_namelen = sizeof to;
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    write_control(packet, room, {.local = source});
    return ::sendmsg(socket_.number(), &packet, 0) < 0 ? last_error() : std::error_code{};
}

std::error_code Icmpv6Socket::join_anycast(const wire::Ipv6Address& anycast,
                                           mobility::InterfaceIndex interface) const {
    ipv6_mreq request{};
    std::ranges::copy(anycast.octets, std::begin(request.ipv6mr_multiaddr.s6_addr));
    request.ipv6mr_interface = interface.value;
    const auto change = [&](int option) {
        return ::setsockopt(socket_.number(), IPPROTO_IPV6, option, &request, sizeof request) != 0
                   ? last_error()
                   : std::error_code{};
    };
    // The kernel takes the route away with the link, and gives it with the first join only.
    [[maybe_unused]] const std::error_code may_be_the_first = change(IPV6_LEAVE_ANYCAST);
    return change(IPV6_JOIN_ANYCAST);
}

}  // namespace godwit::platform
