#include "shared/platform/raw_tunnel_socket.hpp"

#include <utility>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/headed_batch.hpp"
#include "shared/platform/shard_filters.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/platform/tunnel_batch.hpp"

namespace godwit::platform {
namespace {

void bind_to(const FileDescriptor& socket, const wire::Ipv6Address& address) {
    const sockaddr_in6 local = socket_address(address, {});
    check_syscall("receive at " + address.text(),
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local));
}

FileDescriptor open_tunnel_socket(const RawTunnelSocket::Options& options) {
    constexpr int none = -1;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, std::to_underlying(options.protocol));
    set_option(socket, IPPROTO_IPV6, IPV6_CHECKSUM, none, "turn off a raw socket's checksum");
    enlarge_buffers(socket, options.buffer_octets);
    return socket;
}

// The kernel gives each of several sockets a copy of every packet: what belongs to another is let
// go before it takes room in this one.
void hear_one_shard(const FileDescriptor& socket, const RawTunnelSocket::Options& options) {
    if (options.shards.count() == 1) {
        return;
    }
    if (options.protocol == wire::NextHeader::esp) {
        attach_filter(socket, SO_ATTACH_FILTER, esp_shard_filter(options.shards, options.shard));
    } else if (options.shard != mobility::Shard{}) {
        attach_filter(socket, SO_ATTACH_FILTER, closed_filter());
    }
}

FileDescriptor open_listening_socket(const RawTunnelSocket::Options& options) {
    constexpr int on = 1;
    FileDescriptor socket = open_tunnel_socket(options);
    hear_one_shard(socket, options);
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for the address a packet came to");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, on, "ask for a packet's traffic class");
    if (options.local) {
        bind_to(socket, *options.local);
    }
    return socket;
}

// Forged Packet Too Big messages must not shrink the tunnel: the path's MTU is probed.
void prepare_sending(const FileDescriptor& socket, std::uint32_t mark) {
    constexpr int omit = IPV6_PMTUDISC_OMIT;
    set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, omit, "turn off path MTU discovery");
    mark_packets(socket, mark);
}

// A socket of its own, since only one that is bound to an interface is sure to send by it, and such
// a one would not hear the others. It is to hear nothing at all, so it listens where nothing comes.
FileDescriptor open_sending_socket(const RawTunnelSocket::Options& options) {
    constexpr int on = 1;
    constexpr int off = 0;
    constexpr wire::Ipv6Address loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    FileDescriptor socket = open_tunnel_socket(options);
    prepare_sending(socket, options.mark);
    set_option(socket, IPPROTO_IPV6, IPV6_FREEBIND, on, "bind where lo may be down");
    bind_to(socket, loopback);
    set_option(socket, IPPROTO_IPV6, IPV6_FREEBIND, off, "send from own addresses only");
    return socket;
}

// Sockets of this protocol send what has its IPv6 header already, and hear nothing.
FileDescriptor open_headed_socket(const RawTunnelSocket::Options& options) {
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    enlarge_buffers(socket, options.buffer_octets);
    prepare_sending(socket, options.mark);
    return socket;
}

}  // namespace

RawTunnelSocket::RawTunnelSocket(const Options& options)
    : listening_(open_listening_socket(options)),
      sending_(open_sending_socket(options)),
      sending_headed_(open_headed_socket(options)),
      arriving_(std::make_unique<TunnelBatch>()),
      departing_(std::make_unique<TunnelBatch>()),
      departing_headed_(std::make_unique<HeadedBatch>(options.protocol)) {}

RawTunnelSocket::RawTunnelSocket(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket& RawTunnelSocket::operator=(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket::~RawTunnelSocket() = default;

Transferred RawTunnelSocket::receive(std::span<TunnelArrival> arrivals) {
    return arriving_->receive(listening_, arrivals);
}

Transferred RawTunnelSocket::send(std::span<const TunnelDeparture> departures) {
    const Transferred sent = departing_headed_->send(sending_headed_, departures);
    // What is too long for its link the kernel fragments where it writes the header. To a neighbour
    // on the link it makes a route of its own for each packet that has one already, and Linux
    // before 6.3 has room for 4096 of them.
    if (!sent && (sent.error() == std::errc::message_size ||
                  sent.error() == std::errc::network_unreachable)) {
        return departing_->send(sending_, departures.first(1));
    }
    return sent;
}

}  // namespace godwit::platform
