#pragma once
// Which addresses of this machine could be a care-of address (RFC 6275 §11.5.3). A pure function of
// a snapshot; which of them is chosen, the mobile node decides.

#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/platform/network_snapshot.hpp"

namespace godwit::platform {

struct Destination {
    wire::HomeAgentAddress home_agent;
    wire::HomeAddress home;           // never its own care-of address
    mobility::InterfaceIndex tunnel;  // our TUN: never a way to the home agent
};

// One for each address on an interface that is up and has a route to the home agent, the lowest
// route metric first. Never link-local, never the home address, never a duplicate. Behind a router
// that does not answer only if no other router does.
std::vector<mobility::CandidateAddress> candidates(const NetworkSnapshot& network,
                                                   const Destination& destination);

}  // namespace godwit::platform
