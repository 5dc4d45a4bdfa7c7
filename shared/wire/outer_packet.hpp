#pragma once
// Outer packets written whole, IP header included: in fragments of a given size (RFC 791 §3.2, RFC
// 8200 §4.5), or as probes that nobody may fragment.

#include <cstdint>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::wire {

struct OuterPacket {
    Ipv6Address source;       // IPv4 as ::ffff:0:0/96
    Ipv6Address destination;  // of the same IP version
    NextHeader protocol = NextHeader::none;
    BytesView payload;                 // at most 65515 octets
    std::uint8_t traffic_class = 0;    // of each packet (RFC 3168 §5.3)
    std::uint32_t longest = 0;         // octets of each packet, its IP header included; 0: no limit
    bool dont_fragment = false;        // one packet, whatever its length; IPv4: with the DF bit
    std::uint32_t identification = 0;  // of its fragments; IPv4 has 16 bits of it, never 0

    // The packets in the order of their payload; one alone if that fits. No limit makes fragments
    // with less than 8 octets of payload.
    [[nodiscard]] std::vector<Bytes> packets() const;
};

}  // namespace godwit::wire
