#include "shared/platform/tunnel_batch.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

void write_arrival(const mmsghdr& received, const sockaddr_in6& peer, TunnelArrival& arrival) {
    const ControlInformation control = read_control(received.msg_hdr);
    arrival.payload = arrival.buffer.first(received.msg_len);
    arrival.path = {.interface = control.interface,
                    .local = control.local,
                    .remote = address_of(peer.sin6_addr),
                    .remote_port = ntohs(peer.sin6_port)};
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

TunnelBatch::TunnelBatch() {
    for (std::size_t i = 0; i < max_tunnel_batch; ++i) {
        msghdr& message = messages_[i].msg_hdr;
        message.msg_name = &peers_[i];
        message.msg_namelen = sizeof peers_[i];
        message.msg_iov = &payloads_[i];
        message.msg_iovlen = 1;
    }
}

Transferred TunnelBatch::receive(const FileDescriptor& socket, std::span<TunnelArrival> arrivals) {
    const std::size_t room = std::min(arrivals.size(), max_tunnel_batch);
    for (std::size_t i = 0; i < room; ++i) {
        payloads_[i] = {arrivals[i].buffer.data(), arrivals[i].buffer.size()};
        messages_[i].msg_hdr.msg_control = control_[i].octets.data();
        messages_[i].msg_hdr.msg_controllen = control_[i].octets.size();
    }
    const Transferred count = moved(
        ::recvmmsg(socket.number(), messages_.data(), static_cast<unsigned>(room), 0, nullptr));
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
        write_arrival(messages_[i], peers_[i], arrivals[i]);
    }
    return count;
}

Transferred TunnelBatch::send(const FileDescriptor& socket,
                              std::span<const TunnelDeparture> departures) {
    if (departures.empty()) {
        return 0;
    }
    if (const std::error_code refusal = bind(socket, departures.front().path.interface)) {
        return std::unexpected(refusal);
    }
    std::size_t count = 0;
    for (const TunnelDeparture& departure :
         departures.first(std::min(departures.size(), max_tunnel_batch))) {
        if (departure.path.interface != departures.front().path.interface) {
            break;
        }
        prepare(count, departure);
        ++count;
    }
    return moved(::sendmmsg(socket.number(), messages_.data(), static_cast<unsigned>(count), 0));
}

// A path keeps its interface, so this hardly ever asks the kernel.
std::error_code TunnelBatch::bind(const FileDescriptor& socket,
                                  mobility::InterfaceIndex interface) {
    if (interface == bound_to_) {
        return {};
    }
    const std::error_code refusal = bind_to_interface(socket, interface);
    if (!refusal) {
        bound_to_ = interface;
    }
    return refusal;
}

void TunnelBatch::prepare(std::size_t index, const TunnelDeparture& departure) {
    const mobility::Path& path = departure.path;
    // sendmmsg only reads what iovec calls mutable.
    payloads_[index] = {const_cast<std::uint8_t*>(departure.payload.data()),
                        departure.payload.size()};
    peers_[index] = socket_address(path.remote, path.interface);
    peers_[index].sin6_port = htons(path.remote_port);  // 0 for a raw socket, which has none
    write_control(messages_[index].msg_hdr, control_[index],
                  {.local = path.local,
                   .interface = path.interface,
                   .traffic_class = departure.traffic_class});
}

}  // namespace godwit::platform
