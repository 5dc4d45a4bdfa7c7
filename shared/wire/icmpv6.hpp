#pragma once
// ICMPv6, RFC 4443 §2.1, as far as Godwit sends or must understand it.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |          Checksum             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                         Message Body                          .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <variant>

#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/home_agent_discovery.hpp"
#include "shared/wire/icmpv6_error.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/mobile_prefix.hpp"
#include "shared/wire/neighbor_discovery.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

using Icmpv6Message =
    std::variant<DestinationUnreachable, PacketTooBig, ParameterProblem, RouterSolicitation,
                 RouterAdvertisement, NeighborSolicitation, NeighborAdvertisement,
                 HomeAgentDiscoveryRequest, HomeAgentDiscoveryReply, MobilePrefixSolicitation,
                 MobilePrefixAdvertisement>;

// From the ICMPv6 message that a packet with this header carries. Any other type is
// unexpected_protocol, and nothing comes from a group (RFC 4291 §2.7). Neighbor Discovery must have
// come from this very link: what RFC 4861 §6.1 and §7.1 ask of hop limit, code and addresses is
// checked.
Parsed<Icmpv6Message> parse_icmpv6(const Ipv6Header& header, BytesView in);

// With its checksum. An error is cut to the minimum IPv6 MTU (RFC 4443 §2.4 c).
Bytes serialize_icmpv6(const Icmpv6Message& message, const PseudoHeader& addresses);

}  // namespace godwit::wire
