#pragma once
// The Internet checksum (RFC 1071), alone and over the IPv6 pseudo-header (RFC 8200 §8.1).

#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::wire {

// The addresses that an upper-layer checksum covers. In a Mobility Header that is the home address
// in place of the care-of address, wherever a Home Address option or a type 2 routing header
// carries it (RFC 6275 §6.1.1).
struct PseudoHeader {
    Ipv6Address source;
    Ipv6Address destination;
};

// What belongs in the checksum field of these octets, in which that field is zero. Over octets that
// contain their right checksum it is zero.
std::uint16_t internet_checksum(BytesView octets);
std::uint16_t upper_layer_checksum(const PseudoHeader& addresses, NextHeader protocol,
                                   BytesView payload);

}  // namespace godwit::wire
