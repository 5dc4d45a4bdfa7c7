#pragma once
// How a binding update is answered: RFC 6275 §9.5.4, §10.3.1; RFC 5555 §4.2; RFC 5648 §6.2.

#include <chrono>
#include <optional>

#include "server/core/admission.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

// RFC 6275 §10.3.2: to the home link the answer goes out where the question came in, whatever
// tunnel the home address is bound to; elsewhere the routing table knows better. In UDP it leaves
// from the address and port that the question came to (RFC 5555 §4.2).
mobility::Path way_back(const mobility::Received& received);

// RFC 5555 §4.2: in every acknowledgement in UDP. F, since UDP goes on whether or not there is a
// NAT; without one no keepalives are needed.
wire::NatDetection nat_detection(bool is_behind_nat, std::chrono::seconds keepalive);

// Sent whatever the A bit says (RFC 6275 §10.3.1), to the packet's source address (§9.5.4). Without
// Binding Refresh Advice (§10.3.1), since the bindings are in nonvolatile storage.
mobility::SendMessage acknowledgement(const Request& request, wire::BindingAcknowledgement message,
                                      std::chrono::seconds keepalive);

// Of an update that has been taken; `lifetime`: as granted. `flows`: what has become of flow
// bindings.
mobility::SendMessage acceptance(const Request& request, wire::Lifetime lifetime,
                                 const std::optional<wire::Ipv4AddressAcknowledgement>& ipv4,
                                 const wire::MobilityOptions& flows,
                                 const HomeAgentSettings& settings);

}  // namespace godwit::server
