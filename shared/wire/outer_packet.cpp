#include "shared/wire/outer_packet.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <span>

#include "shared/wire/fragment_header.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::wire {
namespace {

constexpr std::uint32_t fragment_unit = 8;  // octets: fragment offsets count these

struct Piece {
    std::size_t offset = 0;
    std::size_t size = 0;
    bool is_last = true;
};

// At least one unit each, whatever the limit says.
std::vector<Piece> pieces_of(std::size_t payload, std::size_t room) {
    const std::size_t each = std::max<std::size_t>(room / fragment_unit, 1) * fragment_unit;
    std::vector<Piece> pieces;
    for (std::size_t offset = 0; offset < payload; offset += each) {
        const std::size_t size = std::min(each, payload - offset);
        pieces.push_back({offset, size, offset + size == payload});
    }
    return pieces;
}

Bytes ipv6_packet(const OuterPacket& packet, const Piece& piece, bool is_fragment) {
    const std::size_t length = (is_fragment ? FragmentHeader::size : 0) + piece.size;
    const Ipv6Header header{.traffic_class = packet.traffic_class,
                            .payload_length = static_cast<std::uint16_t>(length),
                            .next_header = is_fragment ? NextHeader::fragment : packet.protocol,
                            .source = packet.source,
                            .destination = packet.destination};
    Bytes octets;
    Writer out(octets);
    out.zeros(Ipv6Header::size);
    header.write(std::span(octets).first<Ipv6Header::size>());
    if (is_fragment) {
        FragmentHeader{.next_header = packet.protocol,
                       .offset = static_cast<std::uint16_t>(piece.offset),
                       .more_fragments = !piece.is_last,
                       .identification = packet.identification}
            .serialize(out);
    }
    out.bytes(packet.payload.subspan(piece.offset, piece.size));
    return octets;
}

// Not 0, in place of which Linux gives each fragment a number of its own (raw(7)).
std::uint16_t ipv4_identification(std::uint32_t identification) {
    return std::max<std::uint16_t>(static_cast<std::uint16_t>(identification), 1);
}

Bytes ipv4_packet(const OuterPacket& packet, const Piece& piece) {
    const Ipv4Header header{
        .type_of_service = packet.traffic_class,
        .total_length = static_cast<std::uint16_t>(Ipv4Header::size + piece.size),
        .identification = ipv4_identification(packet.identification),
        .dont_fragment = packet.dont_fragment,
        .more_fragments = !piece.is_last,
        .fragment_offset = static_cast<std::uint16_t>(piece.offset),
        .protocol = packet.protocol,
        .source = packet.source.mapped_ipv4().value_or(Ipv4Address{}),
        .destination = packet.destination.mapped_ipv4().value_or(Ipv4Address{})};
    Bytes octets;
    Writer out(octets);
    out.zeros(Ipv4Header::size);
    header.write(std::span(octets).first<Ipv4Header::size>());
    out.bytes(packet.payload.subspan(piece.offset, piece.size));
    return octets;
}

}  // namespace

std::vector<Bytes> OuterPacket::packets() const {
    assert(payload.size() <= std::numeric_limits<std::uint16_t>::max() - Ipv4Header::size);
    const bool is_ipv4 = destination.mapped_ipv4().has_value();
    const std::size_t header = is_ipv4 ? Ipv4Header::size : Ipv6Header::size;
    if (dont_fragment || longest == 0 || header + payload.size() <= longest) {
        const Piece whole{.size = payload.size()};
        return {is_ipv4 ? ipv4_packet(*this, whole) : ipv6_packet(*this, whole, false)};
    }
    const std::size_t around = header + (is_ipv4 ? 0 : FragmentHeader::size);
    std::vector<Bytes> fragments;
    for (const Piece& piece :
         pieces_of(payload.size(), longest - std::min<std::size_t>(longest, around))) {
        fragments.push_back(is_ipv4 ? ipv4_packet(*this, piece) : ipv6_packet(*this, piece, true));
    }
    return fragments;
}

}  // namespace godwit::wire
