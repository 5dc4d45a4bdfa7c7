#include "shared/platform/neighbor_frames.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <variant>

#include "shared/wire/ipv6_header.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint8_t hops = 255;  // RFC 4861 §7.1

}  // namespace

wire::Bytes neighbor_packet(const wire::Ipv6Address& source, const wire::Ipv6Address& destination,
                            const wire::Icmpv6Message& message) {
    const wire::Bytes icmpv6 = wire::serialize_icmpv6(message, {source, destination});
    wire::Bytes octets(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(icmpv6.size()),
                     .next_header = wire::NextHeader::icmpv6,
                     .hop_limit = hops,
                     .source = source,
                     .destination = destination}
        .write(std::span(octets).first<wire::Ipv6Header::size>());
    octets.insert(octets.end(), icmpv6.begin(), icmpv6.end());
    return octets;
}

std::optional<mobility::NeighborPacket> neighbor_packet_in(wire::BytesView octets) {
    const auto header = wire::Ipv6Header::parse(octets);
    const auto payload = header ? header->payload_of(octets) : std::unexpected(header.error());
    const auto message =
        payload ? wire::parse_icmpv6(*header, *payload) : std::unexpected(payload.error());
    if (!message) {
        return std::nullopt;
    }
    mobility::NeighborPacket packet{.source = header->source, .destination = header->destination};
    if (const auto* solicitation = std::get_if<wire::NeighborSolicitation>(&*message)) {
        packet.message = *solicitation;
    } else if (const auto* advertisement = std::get_if<wire::NeighborAdvertisement>(&*message)) {
        packet.message = *advertisement;
    } else {
        return std::nullopt;
    }
    return packet;
}

std::error_code send_frame(const FileDescriptor& socket, mobility::InterfaceIndex interface,
                           const wire::LinkLayerAddress& to, wire::BytesView packet) {
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IPV6);
    link.sll_ifindex = static_cast<int>(interface.value);
    link.sll_halen = static_cast<unsigned char>(to.size());
    std::ranges::copy(to, std::begin(link.sll_addr));
    const ssize_t sent = ::sendto(socket.number(), packet.data(), packet.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&link), sizeof link);
    return sent < 0 ? last_error() : std::error_code{};
}

}  // namespace godwit::platform
