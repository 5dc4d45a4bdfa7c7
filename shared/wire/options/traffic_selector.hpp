#pragma once
// RFC 6088: which packets a flow has, as they go from a correspondent to the home address. Each of
// the flags A to P says whether the field of that letter is there: a field that is not there says
// nothing, one without its end means one value, one with it all values from the one to the other.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |A|B|C|D|E|F|G|H|I|J|K|L|M|N|              Reserved             |  TS Format 1: IPv4, §3.1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     (A)Start Source Address, then (B)End Source Address       |
//   |(C)Start Destination Address, then (D)End Destination Address  |
//   |            (E)Start IPsec SPI, then (F)End IPsec SPI          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |      (G)Start Source port     |       (H)End Source port      |
//   |   (I)Start Destination port   |    (J)End Destination port    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  (K)Start DS  |   (L)End DS   |(M)Start Prot. |  (N)End Prot. |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |A|B|C|D|E|F|G|H|I|J|K|L|M|N|O|P|            Reserved           |  TS Format 2: IPv6, §3.2
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   (A) to (F) as in IPv4, (A) to (D) of 128 bits               |
//   |           (G)Start Flow Label, then (H)End Flow Label         |
//   |   (I) to (L) as (G) to (J) in IPv4                            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  (M)Start TC  |   (N)End TC   |  (O)Start NH  |   (P)End NH   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"
#include "shared/wire/range.hpp"

namespace godwit::wire {

struct TrafficSelector {
    static constexpr std::uint8_t ipv4_format = 1;
    static constexpr std::uint8_t ipv6_format = 2;

    bool is_ipv4 = false;                            // of packets of that family alone
    std::optional<Range<Ipv6Address>> source;        // the correspondent's; of IPv4: mapped
    std::optional<Range<Ipv6Address>> destination;   // the home address; of IPv4: mapped
    std::optional<Range<std::uint32_t>> spi;         // of ESP
    std::optional<Range<std::uint32_t>> flow_label;  // IPv6 only; 24 bits, as RFC 6088 counts them
    std::optional<Range<std::uint16_t>> source_port;
    std::optional<Range<std::uint16_t>> destination_port;
    std::optional<Range<std::uint8_t>> dscp;  // 6 bits: what DS and TC hold but for their last two
    std::optional<Range<NextHeader>> protocol;

    bool operator==(const TrafficSelector&) const = default;

    [[nodiscard]] std::uint8_t format() const { return is_ipv4 ? ipv4_format : ipv6_format; }
    // Octets of which the sub-option that carries it must begin at a multiple.
    [[nodiscard]] std::size_t alignment() const;
    // From the flags on, in either of the two formats. An end without its start, or before it, and
    // octets behind the last field are bad_option; reserved bits are not looked at.
    static Parsed<TrafficSelector> parse(std::uint8_t format, BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
