#pragma once
// Which flows a binding update tells (RFC 6089 §5.2): those of bindings that the home agent has, as
// far as the packet stays short enough to arrive everywhere.

#include <vector>

#include "client/core/bound_paths.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/options/flow_identification.hpp"

namespace godwit::client {

struct ToldFlows {
    std::vector<wire::FlowIdentification> told;
    std::vector<wire::FlowIdentification> left_out;  // for which there is no room
};

// What is wished of those that are bound and of the one along this path, in the same order. A flow
// whose bindings have all gone is left out: the home agent would answer binding_not_found.
std::vector<wire::FlowIdentification> flows_of_bindings(
    const std::vector<wire::FlowIdentification>& wished, const BoundPaths& bound,
    const mobility::Path& along);

// Puts the flows into an update that has all its other options, until one has no room.
ToldFlows tell_flows(const std::vector<wire::FlowIdentification>& flows,
                     wire::BindingUpdate& update);

}  // namespace godwit::client
