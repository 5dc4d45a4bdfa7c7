#include "client/core/flow_answers.hpp"

#include <cstdint>

namespace godwit::client {
namespace {

// A copy is known by its FID: of many flows a home agent need not copy the rest.
std::optional<wire::FlowBindingStatus> status_of(std::uint16_t id,
                                                 const wire::MobilityOptions& answer) {
    for (const wire::MobilityOption& option : answer) {
        const auto* copy = std::get_if<wire::FlowIdentification>(&option);
        if (copy != nullptr && copy->id == id) {
            return copy->status;
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<RefusedFlow> refused_flows(const ToldFlows& flows,
                                       const wire::MobilityOptions& answer) {
    std::vector<RefusedFlow> refused;
    for (const wire::FlowIdentification& flow : flows.told) {
        const auto* selector = std::get_if<wire::TrafficSelector>(&flow.selector);
        const auto status = status_of(flow.id, answer);
        if (selector != nullptr && !(status && wire::is_accepted(*status))) {
            refused.push_back({.selector = *selector, .status = status});
        }
    }
    for (const wire::FlowIdentification& flow : flows.left_out) {
        if (const auto* selector = std::get_if<wire::TrafficSelector>(&flow.selector)) {
            refused.push_back({.selector = *selector, .status = std::nullopt, .is_told = false});
        }
    }
    return refused;
}

}  // namespace godwit::client
