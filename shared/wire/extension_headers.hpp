#pragma once
// The chain of extension headers between an IPv6 header and what it carries (RFC 8200 §4).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/wire/bytes.hpp"
#include "shared/wire/fragment_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

// RFC 8200 §4.1 lists six, destination options twice; a longer chain only makes work.
inline constexpr std::size_t max_extension_headers = 8;

struct ExtensionHeader {
    NextHeader type = NextHeader::none;  // hop-by-hop, destination options, routing or fragment
    BytesView bytes;                     // the whole header
};

struct HeaderChain {
    std::vector<ExtensionHeader> extension_headers;  // in the order of the wire
    std::optional<FragmentHeader> fragment;
    // What stands behind them: any other Next Header value. In a fragment that is not the first,
    // the type of what was fragmented, and a piece from its midst.
    NextHeader upper_layer = NextHeader::none;
    BytesView payload;
};

// What stands behind the extension headers, without them.
struct UpperLayer {
    NextHeader type = NextHeader::none;  // as HeaderChain::upper_layer
    std::optional<FragmentHeader> fragment;
    BytesView payload;

    [[nodiscard]] bool is_later_fragment() const { return fragment && fragment->offset != 0; }
};

// Walks from the header of a packet to the upper layer. A hop-by-hop header anywhere but first, a
// second fragment header, or more headers than the limit are bad_extension_header.
Parsed<HeaderChain> walk_extension_headers(const Ipv6Header& header, BytesView packet);

// The same walk from the first octet behind the header, which says `first`; allocates nothing.
Parsed<UpperLayer> find_upper_layer(NextHeader first, BytesView payload);

// The Tunnel Encapsulation Limit option of RFC 2473 §4.1.1, in the first Destination Options header
// that has one.
struct EncapsulationLimit {
    static constexpr std::uint8_t type = 4;
    static constexpr std::uint8_t length = 1;  // octets

    std::uint8_t further = 0;  // how many tunnels the packet may enter yet
    std::size_t offset = 0;    // of that octet
};
// Whether there is anything to walk over.
constexpr bool is_extension_header(NextHeader type) {
    return type == NextHeader::hop_by_hop || type == NextHeader::routing ||
           type == NextHeader::fragment || type == NextHeader::destination_options;
}
// From the first octet behind the header, which says `first`; as far as what stands there can be
// walked over.
std::optional<EncapsulationLimit> find_encapsulation_limit(NextHeader first, BytesView payload);

}  // namespace godwit::wire
