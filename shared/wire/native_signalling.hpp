#pragma once
// A signalling message as it crosses native IPv6 (RFC 6275 §6.3, §6.4, §9.5.4, §11.7.1):
//
//   binding update    IPv6 (CoA -> HA) | Destination Options: Home Address option | Mobility Header
//   acknowledgement   IPv6 (HA -> CoA) | type 2 routing header: home address      | Mobility Header
//   on the home link  IPv6 (HoA <-> HA)                                           | Mobility Header

#include <cstdint>
#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct SignallingPacket {
    Ipv6Address source;                              // as in the IPv6 header
    Ipv6Address destination;                         // as in the IPv6 header
    std::optional<HomeAddress> home_address_option;  // RFC 6275 §6.3: stands for the source
    std::optional<HomeAddress> routing_header;       // RFC 6275 §6.4: stands for the destination
    Bytes mobility_header;                           // with its checksum; not yet verified

    bool operator==(const SignallingPacket&) const = default;

    // What the Mobility Header's checksum covers.
    [[nodiscard]] PseudoHeader pseudo_header() const;

    // From a whole IPv6 packet. Home addresses must be unicast routable. RFC 6275 §6.1 allows a
    // Home Address option with a binding update only, and a type 2 routing header with a binding
    // acknowledgement only, to which RFC 5846 §7 adds the revocation indication, and Godwit the
    // home agent switch (RFC 5142 §5.1 says nothing of it). The acknowledgement of the former takes
    // the option in turn: nothing else in it names the home address. A binding refresh request goes
    // to the home address itself (RFC 6275 §9.5.5). A message of a type not known here may have
    // either: it is answered, not believed. What carries no Mobility Header, and a fragment, are
    // unexpected_protocol.
    static Parsed<SignallingPacket> parse(BytesView packet);
    [[nodiscard]] Bytes serialize() const;  // with hop limit 64
};

}  // namespace godwit::wire
