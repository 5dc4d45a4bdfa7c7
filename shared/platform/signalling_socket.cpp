#include "shared/platform/signalling_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <algorithm>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/mobility_header_filter.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

constexpr std::size_t ipv6_header = 40;  // octets
// As much as a flood of handshakes brings while the control thread waits for a processor, with what
// the kernel counts for each packet: else the updates of those who are registered are lost in it.
constexpr int buffer_octets = 8 << 20;

// Until it is bound to a protocol a packet socket hears nothing, so the filter misses nothing.
FileDescriptor open_packet_socket() {
    FileDescriptor socket = open_socket(AF_PACKET, SOCK_DGRAM, 0);
    std::vector<sock_filter> filter = mobility_header_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    set_option(socket, SOL_SOCKET, SO_ATTACH_FILTER, program, "attach the Mobility Header filter");
    enlarge_buffers(socket, buffer_octets);
    sockaddr_ll any_interface{};
    any_interface.sll_family = AF_PACKET;
    any_interface.sll_protocol = htons(ETH_P_IPV6);
    check_syscall("listen for Mobility Headers",
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&any_interface),
                         sizeof any_interface));
    return socket;
}

// A link may pad its frames: the IPv6 header knows where the packet ends.
std::size_t length_of(wire::BytesView frame) {
    wire::Reader header(frame);
    header.skip(4);
    const std::size_t length = ipv6_header + header.integer<std::uint16_t>();
    return header.truncated() ? frame.size() : std::min(length, frame.size());
}

}  // namespace

SignallingSocket::SignallingSocket(std::uint32_t mark)
    : receiving_(open_packet_socket()), sending_(open_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW)) {
    mark_packets(sending_, mark);
}

std::expected<SignallingArrival, std::error_code> SignallingSocket::receive(
    std::span<std::uint8_t> buffer) const {
    sockaddr_ll from{};
    socklen_t from_size = sizeof from;
    const ssize_t length = ::recvfrom(receiving_.number(), buffer.data(), buffer.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &from_size);
    if (length < 0) {
        return std::unexpected(last_error());
    }
    const wire::BytesView frame = buffer.first(static_cast<std::size_t>(length));
    return SignallingArrival{{static_cast<std::uint32_t>(from.sll_ifindex)},
                             frame.first(length_of(frame))};
}

std::error_code SignallingSocket::send(wire::BytesView packet,
                                       mobility::InterfaceIndex interface) const {
    wire::Reader header(packet);
    header.skip(8);
    const auto source = wire::Ipv6Address::read(header);
    const auto destination = wire::Ipv6Address::read(header);
    sockaddr_in6 to = socket_address(destination, interface);
    iovec part{const_cast<std::uint8_t*>(packet.data()), packet.size()};
    ControlRoom room{};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    // The kernel insists on the interface only where it is told no source; the header has it
    // anyway.
    const bool any_interface = interface == mobility::InterfaceIndex{};
    write_control(message, room,
                  {.local = any_interface ? source : wire::Ipv6Address{}, .interface = interface});
    return ::sendmsg(sending_.number(), &message, 0) < 0 ? last_error() : std::error_code{};
}

}  // namespace godwit::platform
