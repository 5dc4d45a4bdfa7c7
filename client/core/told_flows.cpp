#include "client/core/told_flows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "shared/mobility/told_receptions.hpp"

namespace godwit::client {
namespace {

// Octets of a handshake's option with its padding, and of a move's cause. An authentication option
// with mac1 is shorter. The same for all updates, so that each tells the same flows.
constexpr std::size_t room_for_the_rest = 176;

}  // namespace

std::vector<wire::FlowIdentification> flows_of_bindings(
    const std::vector<wire::FlowIdentification>& wished, const BoundPaths& bound,
    const mobility::Path& along) {
    const auto is_gone = [&](std::uint16_t id) {
        return id != binding_id(along) &&
               std::ranges::find(bound.all(), id, binding_id) == bound.all().end();
    };
    std::vector<wire::FlowIdentification> flows = wished;
    for (wire::FlowIdentification& flow : flows) {
        std::erase_if(flow.binding_ids, is_gone);
    }
    std::erase_if(flows,
                  [](const wire::FlowIdentification& flow) { return flow.binding_ids.empty(); });
    return flows;
}

ToldFlows tell_flows(const std::vector<wire::FlowIdentification>& flows,
                     wire::BindingUpdate& update) {
    ToldFlows result;
    for (const wire::FlowIdentification& flow : flows) {
        wire::BindingUpdate longer = update;
        longer.options.emplace_back(flow);
        if (!result.left_out.empty() || !mobility::arrives_everywhere(longer, room_for_the_rest)) {
            result.left_out.push_back(flow);
            continue;
        }
        update = std::move(longer);
        result.told.push_back(flow);
    }
    return result;
}

}  // namespace godwit::client
