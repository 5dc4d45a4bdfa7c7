#include "shared/platform/outer_packet_socket.hpp"

#include <netinet/in.h>

#include <cstring>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/outer_packet.hpp"
#include "shared/wire/udp_header.hpp"

namespace godwit::platform {
namespace {

// Sockets of this protocol send what has its IP header already, and hear nothing. Forged ICMP
// errors must not make the kernel fragment a fragment: the path's MTU is probed.
FileDescriptor open_sending_socket(int family, std::uint32_t mark) {
    FileDescriptor socket = open_socket(family, SOCK_RAW, IPPROTO_RAW);
    const bool is_ipv4 = family == AF_INET;
    const int omit = is_ipv4 ? int{IP_PMTUDISC_OMIT} : int{IPV6_PMTUDISC_OMIT};
    set_option(socket, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
               is_ipv4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, omit, "turn off path MTU discovery");
    mark_packets(socket, mark);
    return socket;
}

in_addr ipv4_of(const wire::Ipv6Address& mapped) {
    const wire::Ipv4Address address = mapped.mapped_ipv4().value_or(wire::Ipv4Address{});
    in_addr raw{};
    std::memcpy(&raw, address.octets.data(), address.octets.size());
    return raw;
}

std::error_code send_message(const FileDescriptor& socket, msghdr& message) {
    return ::sendmsg(socket.number(), &message, 0) < 0 ? last_error() : std::error_code{};
}

std::error_code send_over_ipv6(const FileDescriptor& socket, msghdr& message,
                               const mobility::Path& path) {
    sockaddr_in6 to = socket_address(path.remote, path.interface);
    ControlRoom room{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    write_control(message, room, {.local = path.local, .interface = path.interface});
    return send_message(socket, message);
}

std::error_code send_over_ipv4(const FileDescriptor& socket, msghdr& message,
                               const mobility::Path& path) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr = ipv4_of(path.remote);
    in_pktinfo departure{};
    departure.ipi_ifindex = static_cast<int>(path.interface.value);
    departure.ipi_spec_dst = ipv4_of(path.local);
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof departure)> room{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = IPPROTO_IP;
    part->cmsg_type = IP_PKTINFO;
    part->cmsg_len = CMSG_LEN(sizeof departure);
    std::memcpy(CMSG_DATA(part), &departure, sizeof departure);
    return send_message(socket, message);
}

}  // namespace

OuterPacketSocket::OuterPacketSocket(std::uint32_t mark)
    : ipv6_{.socket = open_sending_socket(AF_INET6, mark), .interface = {}},
      ipv4_{.socket = open_sending_socket(AF_INET, mark), .interface = {}} {}

std::error_code OuterPacketSocket::send(const OuterPacket& packet) {
    const mobility::Path& path = packet.path;
    const bool is_udp = path.encapsulation == mobility::Encapsulation::udp;
    wire::OuterPacket outer{.source = path.local,
                            .destination = path.remote,
                            .protocol = is_udp ? wire::NextHeader::udp : packet.protocol,
                            .payload = packet.payload,
                            .traffic_class = packet.traffic_class,
                            .longest = packet.longest,
                            .dont_fragment = packet.dont_fragment,
                            .identification = random_()};
    wire::Bytes datagram;
    if (is_udp) {
        datagram = wire::UdpHeader{packet.local_port, path.remote_port}.datagram(
            packet.payload, {path.local, path.remote});
        outer.payload = datagram;
    }
    Family& family = path.is_ipv4() ? ipv4_ : ipv6_;
    for (const wire::Bytes& octets : outer.packets()) {
        if (const std::error_code refusal = send_whole(family, octets, path)) {
            return refusal;
        }
    }
    return {};
}

std::error_code OuterPacketSocket::send_whole(Family& family, wire::BytesView octets,
                                              const mobility::Path& path) {
    if (path.interface != family.interface) {
        if (const std::error_code refusal = bind_to_interface(family.socket, path.interface)) {
            return refusal;
        }
        family.interface = path.interface;
    }
    // sendmsg only reads what iovec calls mutable.
    iovec part{const_cast<std::uint8_t*>(octets.data()), octets.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return path.is_ipv4() ? send_over_ipv4(family.socket, message, path)
                          : send_over_ipv6(family.socket, message, path);
}

}  // namespace godwit::platform
