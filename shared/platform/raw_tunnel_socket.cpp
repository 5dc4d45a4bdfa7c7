#include "shared/platform/raw_tunnel_socket.hpp"

#include <array>
#include <utility>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {

// What the kernel wants to be handed for a batch, made once so that a packet costs no allocation.
struct RawTunnelSocket::Batch {
    std::array<mmsghdr, max_batch> messages{};
    std::array<iovec, max_batch> payloads{};
    std::array<sockaddr_in6, max_batch> peers{};
    std::array<ControlRoom, max_batch> control{};

    Batch() {
        for (std::size_t i = 0; i < max_batch; ++i) {
            msghdr& message = messages[i].msg_hdr;
            message.msg_name = &peers[i];
            message.msg_namelen = sizeof peers[i];
            message.msg_iov = &payloads[i];
            message.msg_iovlen = 1;
        }
    }
};

namespace {

FileDescriptor open_tunnel_socket(const RawTunnelSocket::Options& options) {
    constexpr int on = 1;
    constexpr int none = -1;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, std::to_underlying(options.protocol));
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for the address a packet came to");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, on, "ask for a packet's traffic class");
    set_option(socket, IPPROTO_IPV6, IPV6_CHECKSUM, none, "turn off a raw socket's checksum");
    // Forged Packet Too Big messages must not shrink the tunnel: the path's MTU is probed.
    constexpr int omit = IPV6_PMTUDISC_OMIT;
    set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, omit, "turn off path MTU discovery");
    mark_packets(socket, options.mark);
    enlarge_buffers(socket, options.buffer_octets);
    if (options.local) {
        const sockaddr_in6 local = socket_address(*options.local, {});
        check_syscall(
            "receive at " + options.local->text(),
            ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local));
    }
    return socket;
}

void write_arrival(const mmsghdr& received, const sockaddr_in6& peer, TunnelArrival& arrival) {
    const ControlInformation control = read_control(received.msg_hdr);
    arrival.payload = arrival.buffer.first(received.msg_len);
    arrival.path = {.interface = control.interface,
                    .local = control.local,
                    .remote = address_of(peer.sin6_addr)};
    arrival.traffic_class = control.traffic_class;
    arrival.cut_off = (received.msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

Transferred moved(int count) {
    if (count < 0) {
        return std::unexpected(last_error());
    }
    return static_cast<std::size_t>(count);
}

}  // namespace

RawTunnelSocket::RawTunnelSocket(const Options& options)
    : socket_(open_tunnel_socket(options)),
      receiving_(std::make_unique<Batch>()),
      sending_(std::make_unique<Batch>()) {}

RawTunnelSocket::RawTunnelSocket(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket& RawTunnelSocket::operator=(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket::~RawTunnelSocket() = default;

Transferred RawTunnelSocket::receive(std::span<TunnelArrival> arrivals) {
    Batch& batch = *receiving_;
    const std::size_t room = std::min(arrivals.size(), max_batch);
    for (std::size_t i = 0; i < room; ++i) {
        batch.payloads[i] = {arrivals[i].buffer.data(), arrivals[i].buffer.size()};
        batch.messages[i].msg_hdr.msg_control = batch.control[i].octets.data();
        batch.messages[i].msg_hdr.msg_controllen = batch.control[i].octets.size();
    }
    const Transferred count = moved(::recvmmsg(socket_.number(), batch.messages.data(),
                                               static_cast<unsigned>(room), 0, nullptr));
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
        write_arrival(batch.messages[i], batch.peers[i], arrivals[i]);
    }
    return count;
}

Transferred RawTunnelSocket::send(std::span<const TunnelDeparture> departures) {
    Batch& batch = *sending_;
    const std::size_t count = std::min(departures.size(), max_batch);
    for (std::size_t i = 0; i < count; ++i) {
        const TunnelDeparture& departure = departures[i];
        // sendmmsg only reads what iovec calls mutable.
        batch.payloads[i] = {const_cast<std::uint8_t*>(departure.payload.data()),
                             departure.payload.size()};
        batch.peers[i] = socket_address(departure.path.remote, departure.path.interface);
        write_control(batch.messages[i].msg_hdr, batch.control[i],
                      {.local = departure.path.local,
                       .interface = departure.path.interface,
                       .traffic_class = departure.traffic_class});
    }
    return moved(
        ::sendmmsg(socket_.number(), batch.messages.data(), static_cast<unsigned>(count), 0));
}

}  // namespace godwit::platform
