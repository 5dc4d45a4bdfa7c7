#pragma once
// What a home agent has made of the flows of a binding update: RFC 6089 §5.2.6.

#include <optional>
#include <vector>

#include "client/core/told_flows.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/options/flow_identification.hpp"

namespace godwit::client {

// One that the home agent does not send where it was wished.
struct RefusedFlow {
    wire::TrafficSelector selector;
    std::optional<wire::FlowBindingStatus> status;  // nothing: it has not been answered
    bool is_told = true;                            // false: the update had no room for it

    bool operator==(const RefusedFlow&) const = default;
};

// Of those of an update, by the options of its acknowledgement. A home agent that knows nothing of
// flows copies none of theirs. What has not been told is not sent either, and comes last.
std::vector<RefusedFlow> refused_flows(const ToldFlows& flows, const wire::MobilityOptions& answer);

}  // namespace godwit::client
