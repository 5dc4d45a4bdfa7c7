#include "shared/platform/udp_tunnel_socket.hpp"

#include <arpa/inet.h>
#include <netinet/udp.h>

#include <string>
#include <utility>

#include "shared/platform/shard_filters.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/platform/tunnel_batch.hpp"

namespace godwit::platform {
namespace {

void end_sharing(const FileDescriptor& socket) {
    constexpr int off = 0;
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, off, "keep a UDP port for itself");
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

// `sharing`: SO_REUSEADDR or SO_REUSEPORT.
FileDescriptor open_udp_socket(const UdpTunnelSocket::Options& options, std::uint16_t port,
                               int sharing) {
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
    set_option(socket, SOL_SOCKET, sharing, on, "share a UDP port");
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
    : listening_(open_udp_socket(options, options.port, SO_REUSEADDR)),
      sending_(open_udp_socket(options, port_of(listening_), SO_REUSEADDR)),
      port_(port_of(listening_)),
      arriving_(std::make_unique<TunnelBatch>()),
      departing_(std::make_unique<TunnelBatch>()) {
    // The port is for these two: nobody else's socket may take its packets away.
    end_sharing(listening_);
    end_sharing(sending_);
    use_offloads(options);
}

UdpTunnelSocket::UdpTunnelSocket(const Options& options, FileDescriptor listening,
                                 FileDescriptor sending)
    : listening_(std::move(listening)),
      sending_(std::move(sending)),
      port_(port_of(listening_)),
      arriving_(std::make_unique<TunnelBatch>()),
      departing_(std::make_unique<TunnelBatch>()) {
    use_offloads(options);
}

void UdpTunnelSocket::use_offloads(const Options& options) {
    is_coalesced_ = options.coalesced && coalesce(listening_) && coalesce(sending_);
    is_in_segments_ = options.in_segments && knows_segments(sending_);
    if (is_in_segments_) {
        departing_->send_in_segments();
    }
}

// The filter names a socket by its place in the order of binding, and the kernel looks for a
// packet's socket in that order too. So the sockets that listen come first: those that send leave
// the group when they are bound to an interface, and even then are never come to. The sharing stays
// on, or the group would be none; it is with sockets of this user alone.
std::vector<UdpTunnelSocket> UdpTunnelSocket::for_shards(const Options& options,
                                                         mobility::Shards shards) {
    std::vector<UdpTunnelSocket> sockets;
    if (shards.count() == 1) {
        sockets.emplace_back(options);
        return sockets;
    }
    std::vector<FileDescriptor> listening;
    std::uint16_t port = options.port;
    for (std::uint16_t number = 0; number < shards.count(); ++number) {
        listening.push_back(open_udp_socket(options, port, SO_REUSEPORT));
        port = port_of(listening.front());
    }
    attach_filter(listening.front(), SO_ATTACH_REUSEPORT_CBPF, udp_shard_filter(shards));
    for (FileDescriptor& socket : listening) {
        sockets.push_back(UdpTunnelSocket(options, std::move(socket),
                                          open_udp_socket(options, port, SO_REUSEPORT)));
    }
    return sockets;
}

UdpTunnelSocket::UdpTunnelSocket(UdpTunnelSocket&&) noexcept = default;
UdpTunnelSocket& UdpTunnelSocket::operator=(UdpTunnelSocket&&) noexcept = default;
UdpTunnelSocket::~UdpTunnelSocket() = default;

Transferred UdpTunnelSocket::receive(std::span<TunnelArrival> arrivals, std::array<bool, 2> from) {
    const auto& [from_listening, from_sending] = from;
    const Transferred first = from_sending ? arriving_->receive(sending_, arrivals) : 0;
    const Transferred second =
        from_listening ? arriving_->receive(listening_, arrivals.subspan(first.value_or(0))) : 0;
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
