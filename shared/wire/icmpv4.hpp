#pragma once
// The one ICMP message for IPv4 that Godwit sends: fragmentation needed and DF set, RFC 792 with
// the next hop's MTU of RFC 1191 §4.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 3    |   Code = 4    |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           unused = 0          |         Next-Hop MTU          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .    as much of the invoking packet as fits into 576 octets     .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"

namespace godwit::wire {

struct FragmentationNeeded {
    static constexpr std::uint8_t type = 3;
    static constexpr std::uint8_t code = 4;

    std::uint16_t mtu = 0;  // octets
    Bytes invoking_packet;

    bool operator==(const FragmentationNeeded&) const = default;
    // With its checksum; cut so that its packet has at most 576 octets (RFC 1812 §4.3.2.3).
    [[nodiscard]] Bytes serialize() const;
};

// Whether an ICMP message for IPv4 of this type is an error: none answers another (RFC 1122
// §3.2.2).
constexpr bool is_icmpv4_error(std::uint8_t type) {
    constexpr std::uint8_t source_quench = 4;
    constexpr std::uint8_t redirect = 5;
    constexpr std::uint8_t time_exceeded = 11;
    constexpr std::uint8_t parameter_problem = 12;
    return type == FragmentationNeeded::type || type == source_quench || type == redirect ||
           type == time_exceeded || type == parameter_problem;
}

}  // namespace godwit::wire
