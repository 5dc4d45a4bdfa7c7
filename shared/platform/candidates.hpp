#pragma once
// Which addresses of this machine could be a care-of address (RFC 6275 §11.5.3). A pure function of
// a snapshot; which of them is chosen, the mobile node decides.

#include <optional>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/platform/network_snapshot.hpp"

namespace godwit::platform {

struct Destination {
    // Every address at which the home agent may be reached: its own, those of its IPv6 and IPv4
    // endpoints (the latter as ::ffff:0:0/96), and what a NAT64 makes of them.
    std::vector<wire::Ipv6Address> home_agent;
    // Never their own care-of addresses.
    wire::HomeAddress home;
    std::optional<wire::Ipv4Address> ipv4_home;
    mobility::InterfaceIndex tunnel;  // our TUN: never a way to the home agent
};

// One for each address on an interface that is up and has a route to an address of the home agent
// of the same family, the lowest route metric first. Never link-local, never a home address, never
// a duplicate. Behind a router that does not answer only if no other router of the family does.
std::vector<mobility::CandidateAddress> candidates(const NetworkSnapshot& network,
                                                   const Destination& destination);

// The next hops towards the home agent that are known to be silent, and instead of which their link
// has none that answers: what is behind them may be no candidate, and then nothing is sent by them
// that would make the kernel ask whether they are back.
std::vector<UnreachableNeighbour> silent_next_hops(const NetworkSnapshot& network,
                                                   const Destination& destination);

}  // namespace godwit::platform
