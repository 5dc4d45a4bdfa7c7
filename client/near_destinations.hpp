#pragma once
// What a full tunnel leaves to this machine's other routes. Whoever has a machine on his link can
// give it routes, by router advertisements (RFC 4861 §4.6.2, RFC 4191), by DHCP (RFC 3442) or by
// an ICMP redirect, and would lead past the tunnel whatever he names.

#include <cstddef>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/platform/network_snapshot.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

inline constexpr std::size_t most_near_destinations = 256;  // the shortest prefixes, if more

// Of both families, and none inside another: the destinations of routes that whoever runs this
// machine has made, as far as their protocol tells (an unmarked one of IPv4 to elsewhere than
// private use may be of the lease that its link has: dhclient's script does not mark them); the
// networks of its links, those that it has an address in, and which are no larger than a link has
// (IPv6: from /64 on; IPv4: from /16 on, or in private use) or, in IPv6, as large as an address was
// configured here; and the other ends of point-to-point links. Default routes are none of them, nor
// is what leads into the tunnel.
std::vector<wire::Prefix> near_destinations(const platform::NetworkSnapshot& network,
                                            mobility::InterfaceIndex tunnel);

inline constexpr std::size_t most_own_ipv4 = 256;

// The addresses of this machine over IPv4, but those of the tunnel and the loopback; in their
// order, each once.
std::vector<wire::Ipv4Address> own_ipv4_addresses(const platform::NetworkSnapshot& network,
                                                  mobility::InterfaceIndex tunnel);

}  // namespace godwit::client
