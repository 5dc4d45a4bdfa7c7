#include "shared/platform/headed_batch.hpp"

#include <algorithm>

#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

// RFC 6438 §3: what belongs together has one label, so that routers with several links to choose
// from keep it on one. A session is told apart by its SPI, which begins the payload (RFC 4303
// §2.1); a packet in clear has its own label there, and an IPv4 packet none.
std::uint32_t flow_label(wire::NextHeader protocol, wire::BytesView payload) {
    constexpr std::uint32_t golden_ratio = 0x9e3779b1;  // spreads what differs in few bits
    wire::Reader reader(payload);
    const auto first = reader.integer<std::uint32_t>();
    if (protocol == wire::NextHeader::esp) {
        return (first * golden_ratio) >> 12U;
    }
    return protocol == wire::NextHeader::ipv6 ? first & 0xfffffU : 0;
}

}  // namespace

HeadedBatch::HeadedBatch(wire::NextHeader protocol) : protocol_(protocol) {
    for (std::size_t i = 0; i < max_tunnel_batch; ++i) {
        msghdr& message = messages_[i].msg_hdr;
        parts_[i].front() = {headers_[i].data(), headers_[i].size()};
        message.msg_name = &peers_[i];
        message.msg_namelen = sizeof peers_[i];
        message.msg_iov = parts_[i].data();
        message.msg_iovlen = parts_[i].size();
    }
}

Transferred HeadedBatch::send(const FileDescriptor& socket,
                              std::span<const TunnelDeparture> departures) {
    if (departures.empty()) {
        return 0;
    }
    const TunnelDeparture& first = departures.front();
    if (const std::error_code refusal = bind(socket, first.path)) {
        return std::unexpected(refusal);
    }
    const std::size_t count = prepare(departures);
    if (count == 0) {
        return std::unexpected(std::make_error_code(std::errc::message_size));
    }
    const int sent = ::sendmmsg(socket.number(), messages_.data(), static_cast<unsigned>(count), 0);
    if (sent >= 0) {
        return static_cast<std::size_t>(sent);
    }
    const std::error_code refusal = last_error();
    if (refusal == std::errc::message_size && !first.payload.empty()) {
        longest_ = first.payload.size() - 1;
    }
    return std::unexpected(refusal);
}

// A path keeps its interface and its address, so this hardly ever asks the kernel.
std::error_code HeadedBatch::bind(const FileDescriptor& socket, const mobility::Path& path) {
    if (path.interface != bound_to_) {
        if (const std::error_code refusal = bind_to_interface(socket, path.interface)) {
            return refusal;
        }
        bound_to_ = path.interface;
        longest_ = any_length;
    }
    if (path.local != bound_from_) {
        const sockaddr_in6 local = socket_address(path.local, path.interface);
        // The kernel finds the route from there. An address that is not ours it refuses with the
        // first packet.
        if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0) {
            bound_from_ = path.local;
        }
    }
    return {};
}

// As many messages as there are to be.
std::size_t HeadedBatch::prepare(std::span<const TunnelDeparture> departures) {
    const mobility::Path& path = departures.front().path;
    const std::size_t most = std::min(departures.size(), max_tunnel_batch);
    std::size_t count = 0;
    while (count < most && departures[count].payload.size() <= longest_ &&
           departures[count].path.interface == path.interface &&
           departures[count].path.local == path.local) {
        prepare(count, departures[count]);
        ++count;
    }
    // What the header says of the source the kernel believes: it is asked once for a batch whether
    // the address is still ours.
    write_control(messages_.front().msg_hdr, control_,
                  {.local = path.local,
                   .interface = path.interface,
                   .traffic_class = departures.front().traffic_class});
    return count;
}

void HeadedBatch::prepare(std::size_t index, const TunnelDeparture& departure) {
    wire::Ipv6Header{.traffic_class = departure.traffic_class,
                     .flow_label = flow_label(protocol_, departure.payload),
                     .payload_length = static_cast<std::uint16_t>(departure.payload.size()),
                     .next_header = protocol_,
                     .source = departure.path.local,
                     .destination = departure.path.remote}
        .write(headers_[index]);
    // sendmmsg only reads what iovec calls mutable.
    parts_[index].back() = {const_cast<std::uint8_t*>(departure.payload.data()),
                            departure.payload.size()};
    peers_[index] = socket_address(departure.path.remote, departure.path.interface);
}

}  // namespace godwit::platform
