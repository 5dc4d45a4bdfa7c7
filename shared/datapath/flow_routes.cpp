#include "shared/datapath/flow_routes.hpp"

#include <algorithm>

namespace godwit::datapath {
namespace {

using mobility::NumberedPath;

std::vector<NumberedPath> known_paths(const FlowRule& rule,
                                      const std::vector<NumberedPath>& paths) {
    std::vector<NumberedPath> known;
    for (const std::uint16_t id : rule.binding_ids) {
        const auto path = std::ranges::find(paths, id, &NumberedPath::binding_id);
        const bool is_named_again =
            std::ranges::find(known, id, &NumberedPath::binding_id) != known.end();
        if (path != paths.end() && !is_named_again && known.size() < FlowRoutes::max_copies) {
            known.push_back(*path);
        }
    }
    return known;
}

}  // namespace

FlowRoutes::FlowRoutes(const wire::HomeAddress& of, FlowDirection direction,
                       const std::vector<NumberedPath>& paths, const std::vector<FlowRule>& rules)
    : home_(of), rules_(direction, rules) {
    for (const FlowRule& rule : rules_.active()) {
        paths_.push_back(known_paths(rule, paths));
    }
}

std::span<const NumberedPath> FlowRoutes::paths_of(const InnerPacket& packet) const {
    const FlowRule* rule = rules_.match(packet);
    if (rule == nullptr) {
        return {};
    }
    return paths_[static_cast<std::size_t>(rule - rules_.active().data())];
}

}  // namespace godwit::datapath
