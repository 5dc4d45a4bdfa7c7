#pragma once
// IPv4 addresses as a NAT64 writes them into IPv6 addresses (RFC 6052 §2.2): behind the prefix, but
// for octet 8 (u), which is always zero.
//
//   +--+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
//   |PL| 0-------------32--40--48--56--64--72--80--88--96--104---------|
//   +--+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
//   |32|     prefix    |v4(32)         | u | suffix                    |
//   |40|     prefix        |v4(24)     | u |(8)| suffix                |
//   |48|     prefix            |v4(16) | u | (16)  | suffix            |
//   |56|     prefix                |(8)| u |  v4(24)   | suffix        |
//   |64|     prefix                    | u |   v4(32)      | suffix    |
//   |96|     prefix                                    |    v4(32)     |
//   +--+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+

#include <optional>
#include <span>
#include <vector>

#include "shared/wire/address.hpp"

namespace godwit::wire {

// 64:ff9b::/96, RFC 6052 §2.1.
inline constexpr Prefix nat64_well_known_prefix{{{0, 0x64, 0xff, 0x9b}}, 96};

// Nothing unless the prefix has 32, 40, 48, 56, 64 or 96 bits, and a zero octet u.
std::optional<Ipv6Address> nat64_address(const Prefix& prefix, Ipv4Address address);

// The prefixes by which the NAT64 of this network goes, from the AAAA records that its resolver
// makes for ipv4only.arpa (RFC 7050 §3): each answer that carries 192.0.0.170 or 192.0.0.171 tells
// one, in the order of the answers and once. Empty: there is none.
std::vector<Prefix> nat64_prefixes(std::span<const Ipv6Address> answers);

}  // namespace godwit::wire
