#include "shared/platform/tunnel_batch.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

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
    arrival.segment_size = control.segment_size;
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
    const std::size_t longest_before = longest_segment_;
    Transferred sent = transfer(socket, departures);
    if (!sent && leave_segments(sent.error())) {
        sent = transfer(socket, departures);
        if (!sent) {
            longest_segment_ = longest_before;  // they were not the reason
        }
    }
    return sent;
}

Transferred TunnelBatch::transfer(const FileDescriptor& socket,
                                  std::span<const TunnelDeparture> departures) {
    const std::size_t count = prepare(departures);
    const Transferred messages =
        moved(::sendmmsg(socket.number(), messages_.data(), static_cast<unsigned>(count), 0));
    return messages ? Transferred(departures_in(*messages)) : messages;
}

// As many messages as there are to be.
std::size_t TunnelBatch::prepare(std::span<const TunnelDeparture> departures) {
    departures = departures.first(std::min(departures.size(), max_tunnel_departures));
    const mobility::InterfaceIndex interface = departures.front().path.interface;
    std::size_t messages = 0;
    for (std::size_t next = 0; next < departures.size() && messages < max_tunnel_batch &&
                               departures[next].path.interface == interface;
         ++messages) {
        const std::size_t count = segments_at(departures.subspan(next));
        prepare(messages, next, departures.subspan(next, count));
        next += count;
    }
    return messages;
}

// How many from the front go as one: along the same path, of one length but for the last.
std::size_t TunnelBatch::segments_at(std::span<const TunnelDeparture> departures) const {
    constexpr std::size_t most = 64;             // UDP_MAX_SEGMENTS of the older kernels
    constexpr std::size_t most_octets = 65'000;  // with headers fewer than 2^16
    const TunnelDeparture& first = departures.front();
    const std::size_t size = first.payload.size();
    if (!takes_segments_ || size > longest_segment_) {
        return 1;
    }
    std::size_t count = 1;
    for (std::size_t octets = size; count < std::min(departures.size(), most); ++count) {
        const TunnelDeparture& next = departures[count];
        octets += next.payload.size();
        if (departures[count - 1].payload.size() != size || next.payload.size() > size ||
            octets > most_octets || next.traffic_class != first.traffic_class ||
            next.path != first.path) {
            break;
        }
    }
    return count;
}

// Whether what was refused went in segments, and shall not any more: the interface may lack
// checksum offload (EIO, before Linux 6.11), or its MTU be less than such a segment.
bool TunnelBatch::leave_segments(std::error_code reason) {
    const msghdr& refused = messages_.front().msg_hdr;
    if (refused.msg_iovlen == 1 || reason == std::errc::operation_would_block ||
        reason == std::errc::no_buffer_space) {
        return false;
    }
    const bool is_too_long =
        reason == std::errc::message_size || reason == std::errc::invalid_argument;
    longest_segment_ = is_too_long ? refused.msg_iov->iov_len - 1 : 0;
    return true;
}

std::size_t TunnelBatch::departures_in(std::size_t messages) const {
    std::size_t departures = 0;
    for (const mmsghdr& message : std::span(messages_).first(messages)) {
        departures += message.msg_hdr.msg_iovlen;
    }
    return departures;
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
        longest_segment_ = any_length;
    }
    return refusal;
}

void TunnelBatch::prepare(std::size_t index, std::size_t payload,
                          std::span<const TunnelDeparture> segments) {
    const TunnelDeparture& first = segments.front();
    msghdr& message = messages_[index].msg_hdr;
    message.msg_iov = &payloads_[payload];
    message.msg_iovlen = segments.size();
    for (const TunnelDeparture& segment : segments) {
        // sendmmsg only reads what iovec calls mutable.
        payloads_[payload++] = {const_cast<std::uint8_t*>(segment.payload.data()),
                                segment.payload.size()};
    }
    peers_[index] = socket_address(first.path.remote, first.path.interface);
    peers_[index].sin6_port = htons(first.path.remote_port);  // 0 for a raw socket, which has none
    const std::size_t size = segments.size() > 1 ? first.payload.size() : 0;
    write_control(message, control_[index],
                  {.local = first.path.local,
                   .interface = first.path.interface,
                   .traffic_class = first.traffic_class,
                   .segment_size = static_cast<std::uint16_t>(size)});
}

}  // namespace godwit::platform
