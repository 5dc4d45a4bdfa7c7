#include "shared/wire/udp_header.hpp"

#include <cassert>
#include <limits>

namespace godwit::wire {
namespace {

constexpr std::size_t checksum_offset = 6;  // octets

}  // namespace

// Of a mapped address ::ffff:a.b.c.d the words before a.b.c.d add up to 0xffff, which is nothing in
// the one's complement sum.
Bytes UdpHeader::datagram(BytesView payload, const PseudoHeader& addresses) const {
    assert(payload.size() <= std::numeric_limits<std::uint16_t>::max() - size);
    Bytes octets;
    octets.reserve(size + payload.size());
    Writer out(octets);
    out.integer(source_port);
    out.integer(destination_port);
    out.integer(static_cast<std::uint16_t>(size + payload.size()));
    out.zeros(2);
    out.bytes(payload);
    std::uint16_t checksum = upper_layer_checksum(addresses, NextHeader::udp, octets);
    if (checksum == 0) {
        checksum = 0xffff;  // RFC 768: zero means that there is none
    }
    octets[checksum_offset] = static_cast<std::uint8_t>(checksum >> 8U);
    octets[checksum_offset + 1] = static_cast<std::uint8_t>(checksum);
    return octets;
}

}  // namespace godwit::wire
