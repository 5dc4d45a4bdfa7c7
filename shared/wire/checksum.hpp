#pragma once
// The Internet checksum (RFC 1071), alone and over the IPv6 pseudo-header (RFC 8200 §8.1).

#include <cstdint>
#include <span>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::wire {

// The ones' complement sum of 16-bit words, of parts that are added one after the other. Parts
// behind one with an odd number of octets begin a word of their own.
class InternetSum {
  public:
    void add(BytesView part);
    // The same, and copies the part to `to`, which is as long: what is read once for both costs
    // less than copying first.
    void add_copying(BytesView part, std::span<std::uint8_t> to);
    // A number as it stands in 32 bits of a header; one of 16 bits weighs the same.
    void add_number(std::uint32_t number);

    // The sum itself, which a pseudo-header's is before the rest has been added to it.
    [[nodiscard]] std::uint16_t folded() const;
    // Its complement: what belongs in the checksum field of octets in which that field is zero;
    // zero over octets that contain their right checksum.
    [[nodiscard]] std::uint16_t checksum() const;

  private:
    void add_native(std::uint64_t words);

    // As this machine reads words; which of the two orders that is does not matter before the end
    // (RFC 1071 §2(B)). Carries out of the 64 bits have come in again at the other end.
    std::uint64_t sum_ = 0;
};

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
// The checksum of octets in which one 16-bit word, at an even offset, has become another (RFC 1624
// §3, equation 3): the same as a new one, if the old one was right.
std::uint16_t updated_checksum(std::uint16_t checksum, std::uint16_t before, std::uint16_t after);
std::uint16_t upper_layer_checksum(const PseudoHeader& addresses, NextHeader protocol,
                                   BytesView payload);

}  // namespace godwit::wire
