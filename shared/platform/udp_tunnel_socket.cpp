#include "shared/platform/udp_tunnel_socket.hpp"

#include <arpa/inet.h>
#include <netinet/udp.h>

#include <string>

#include "shared/platform/socket_options.hpp"
#include "shared/platform/tunnel_batch.hpp"

namespace godwit::platform {
namespace {

void allow_sharing(const FileDescriptor& socket, int whether) {
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, whether, "share a UDP port");
}

// Forged ICMP errors must not shrink the tunnel: the path's MTU is probed. What is too long for its
// link goes in fragments, without the DF bit (RFC 2473 §7.2).
void ignore_path_mtu(const FileDescriptor& socket) {
    constexpr int omit_ipv6 = IPV6_PMTUDISC_OMIT;
    constexpr int omit_ipv4 = IP_PMTUDISC_OMIT;
    set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, omit_ipv6, "turn off path MTU discovery");
    set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, omit_ipv4, "turn off path MTU discovery");
}

void bind_to_port(const FileDescriptor& socket, std::uint16_t port) {
    sockaddr_in6 local{};
    local.sin6_family = AF_INET6;
    local.sin6_port = htons(port);
    check_syscall("receive at UDP port " + std::to_string(port),
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local));
}

FileDescriptor open_udp_socket(const UdpTunnelSocket::Options& options, std::uint16_t port) {
    constexpr int on = 1;
    constexpr int off = 0;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, off, "take IPv4 as well");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for the address a packet came to");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, on, "ask for a packet's traffic class");
    set_option(socket, IPPROTO_IP, IP_RECVTOS, on, "ask for a packet's type of service");
    ignore_path_mtu(socket);
    enlarge_buffers(socket, options.buffer_octets);
    mark_packets(socket, options.mark);
    allow_sharing(socket, on);
    bind_to_port(socket, port);
    return socket;
}

// A kernel that cannot, does not.
bool coalesce(const FileDescriptor& socket) {
    constexpr int on = 1;
    return ::setsockopt(socket.number(), SOL_UDP, UDP_GRO, &on, sizeof on) == 0;
}

// Each message will say its own size.
bool knows_segments(const FileDescriptor& socket) {
    constexpr int of_any_message = 0;
    return ::setsockopt(socket.number(), SOL_UDP, UDP_SEGMENT, &of_any_message,
                        sizeof of_any_message) == 0;
}

std::uint16_t port_of(const FileDescriptor& socket) {
    sockaddr_in6 local{};
    socklen_t size = sizeof local;
    check_syscall("ask for a socket's port",
                  ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&local), &size));
    return ntohs(local.sin6_port);
}

}  // namespace

UdpTunnelSocket::UdpTunnelSocket(const Options& options)
    : listening_(open_udp_socket(options, options.port)),
      sending_(open_udp_socket(options, port_of(listening_))),
      port_(port_of(listening_)),
      arriving_(std::make_unique<TunnelBatch>()),
      departing_(std::make_unique<TunnelBatch>()) {
    // The port is for these two: nobody else's socket may take its packets away.
    constexpr int off = 0;
    allow_sharing(listening_, off);
    allow_sharing(sending_, off);
    is_coalesced_ = options.coalesced && coalesce(listening_) && coalesce(sending_);
    is_in_segments_ = options.in_segments && knows_segments(sending_);
    if (is_in_segments_) {
        departing_->send_in_segments();
    }
}

UdpTunnelSocket::UdpTunnelSocket(UdpTunnelSocket&&) noexcept = default;
UdpTunnelSocket& UdpTunnelSocket::operator=(UdpTunnelSocket&&) noexcept = default;
UdpTunnelSocket::~UdpTunnelSocket() = default;

Transferred UdpTunnelSocket::receive(std::span<TunnelArrival> arrivals) {
    const Transferred first = arriving_->receive(sending_, arrivals);
    const Transferred second = arriving_->receive(listening_, arrivals.subspan(first.value_or(0)));
    const std::size_t count = first.value_or(0) + second.value_or(0);
    if (count == 0 && !second) {
        return second;
    }
    for (TunnelArrival& arrival : arrivals.first(count)) {
        arrival.path.encapsulation = mobility::Encapsulation::udp;
        arrival.path.local_port = port_;
    }
    return count;
}

Transferred UdpTunnelSocket::send(std::span<const TunnelDeparture> departures) {
    return departing_->send(sending_, departures);
}

bool UdpTunnelSocket::refuses_segments() const {
    return departing_->refuses_segments();
}

}  // namespace godwit::platform
