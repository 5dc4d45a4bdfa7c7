#pragma once
// What the entry of a tunnel answers to an inner packet that is too long for it (RFC 2473 §7.1), or
// that may not enter it (§4.1.1).

#include <cstdint>
#include <optional>

#include "shared/datapath/inner_packet.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::datapath {

// A whole packet to the source of the inner one: ICMPv6 Packet Too Big (RFC 4443 §3.2) from the
// home agent's address, or ICMP for IPv4, fragmentation needed (RFC 1191 §4), from the IPv4 dummy
// address (RFC 7600 §4.8), with this MTU in octets. Nothing where no answer may be given: to an
// ICMP error, to a fragment that is not the first, or to who cannot be answered (RFC 4443 §2.4 e,
// RFC 1122 §3.2.2).
std::optional<wire::Bytes> too_big_reply(const InnerPacket& packet, std::uint32_t mtu,
                                         const wire::HomeAgentAddress& home_agent);

// Likewise ICMPv6 Parameter Problem, code 0 (RFC 4443 §3.4), about the octet `pointer` of the
// packet.
std::optional<wire::Bytes> parameter_problem_reply(const InnerPacket& packet, std::uint32_t pointer,
                                                   const wire::HomeAgentAddress& home_agent);

}  // namespace godwit::datapath
