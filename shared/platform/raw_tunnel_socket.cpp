#include "shared/platform/raw_tunnel_socket.hpp"

#include <algorithm>
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

FileDescriptor open_listening_socket(const RawTunnelSocket::Options& options) {
    constexpr int on = 1;
    FileDescriptor socket = open_tunnel_socket(options);
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for the address a packet came to");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, on, "ask for a packet's traffic class");
    if (options.local) {
        bind_to(socket, *options.local);
    }
    return socket;
}

// A socket of its own, since only one that is bound to an interface is sure to send by it, and such
// a one would not hear the others. It is to hear nothing at all, so it listens where nothing comes.
FileDescriptor open_sending_socket(const RawTunnelSocket::Options& options) {
    constexpr int on = 1;
    constexpr int off = 0;
    constexpr wire::Ipv6Address loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    FileDescriptor socket = open_tunnel_socket(options);
    // Forged Packet Too Big messages must not shrink the tunnel: the path's MTU is probed.
    constexpr int omit = IPV6_PMTUDISC_OMIT;
    set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, omit, "turn off path MTU discovery");
    mark_packets(socket, options.mark);
    set_option(socket, IPPROTO_IPV6, IPV6_FREEBIND, on, "bind where lo may be down");
    bind_to(socket, loopback);
    set_option(socket, IPPROTO_IPV6, IPV6_FREEBIND, off, "send from own addresses only");
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
    : listening_(open_listening_socket(options)),
      sending_(open_sending_socket(options)),
      arriving_(std::make_unique<Batch>()),
      departing_(std::make_unique<Batch>()) {}

RawTunnelSocket::RawTunnelSocket(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket& RawTunnelSocket::operator=(RawTunnelSocket&&) noexcept = default;
RawTunnelSocket::~RawTunnelSocket() = default;

Transferred RawTunnelSocket::receive(std::span<TunnelArrival> arrivals) {
    Batch& batch = *arriving_;
    const std::size_t room = std::min(arrivals.size(), max_batch);
    for (std::size_t i = 0; i < room; ++i) {
        batch.payloads[i] = {arrivals[i].buffer.data(), arrivals[i].buffer.size()};
        batch.messages[i].msg_hdr.msg_control = batch.control[i].octets.data();
        batch.messages[i].msg_hdr.msg_controllen = batch.control[i].octets.size();
    }
    const Transferred count = moved(::recvmmsg(listening_.number(), batch.messages.data(),
                                               static_cast<unsigned>(room), 0, nullptr));
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
        write_arrival(batch.messages[i], batch.peers[i], arrivals[i]);
    }
    return count;
}

Transferred RawTunnelSocket::send(std::span<const TunnelDeparture> departures) {
    Batch& batch = *departing_;
    std::size_t count = 0;
    for (const TunnelDeparture& departure :
         departures.first(std::min(departures.size(), max_batch))) {
        if (departure.path.interface != departures.front().path.interface) {
            break;
        }
        // sendmmsg only reads what iovec calls mutable.
        batch.payloads[count] = {const_cast<std::uint8_t*>(departure.payload.data()),
                                 departure.payload.size()};
        batch.peers[count] = socket_address(departure.path.remote, departure.path.interface);
        write_control(batch.messages[count].msg_hdr, batch.control[count],
                      {.local = departure.path.local,
                       .interface = departure.path.interface,
                       .traffic_class = departure.traffic_class});
        ++count;
    }
    if (count == 0) {
        return 0;
    }
    if (const std::error_code refusal = leave_by(departures.front().path.interface)) {
        return std::unexpected(refusal);
    }
    return moved(
        ::sendmmsg(sending_.number(), batch.messages.data(), static_cast<unsigned>(count), 0));
}

// A path keeps its interface, so this hardly ever asks the kernel.
std::error_code RawTunnelSocket::leave_by(mobility::InterfaceIndex interface) {
    if (interface == sending_interface_) {
        return {};
    }
    const int index = static_cast<int>(interface.value);
    if (::setsockopt(sending_.number(), SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof index) != 0) {
        return last_error();
    }
    sending_interface_ = interface;
    return {};
}

}  // namespace godwit::platform
