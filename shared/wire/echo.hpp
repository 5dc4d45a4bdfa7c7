#pragma once
// Echo Request and Echo Reply, of ICMPv6 (RFC 4443 §4.1) and of ICMP (RFC 792), which differ in
// nothing but the types.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |          Checksum             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Identifier          |        Sequence Number        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Data ...

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Echo {
    static constexpr std::uint8_t icmp_reply = 0;
    static constexpr std::uint8_t icmp_request = 8;
    static constexpr std::uint8_t icmpv6_request = 128;
    static constexpr std::uint8_t icmpv6_reply = 129;

    std::uint8_t type = icmpv6_request;
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;

    bool operator==(const Echo&) const = default;

    // Without its checksum, which the system has looked at. Any other type is unexpected_protocol.
    static Parsed<Echo> parse(BytesView in);
    // Without data; of ICMP with its checksum, of ICMPv6 without, which the system writes.
    [[nodiscard]] Bytes serialize() const;
};

}  // namespace godwit::wire
