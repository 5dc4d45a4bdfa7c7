#pragma once
// Where those flows of a home address go that do not take their tunnel's own path.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "shared/datapath/flow_rules.hpp"
#include "shared/datapath/inner_packet.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/mobility/flow_route.hpp"
#include "shared/wire/address.hpp"

namespace godwit::datapath {

// Which way the packets go that leave by this.
constexpr FlowDirection flow_direction(LookUpBy look_up_by) {
    return look_up_by == LookUpBy::inner_destination ? FlowDirection::to_home_address
                                                     : FlowDirection::from_home_address;
}

class FlowRoutes {
  public:
    // Of what a rule names, the first so many paths: a packet has no more copies than that.
    static constexpr std::size_t max_copies = 4;

    std::unique_ptr<FlowRoutes> next;

    FlowRoutes(const wire::HomeAddress& of, FlowDirection direction,
               const std::vector<mobility::NumberedPath>& paths,
               const std::vector<FlowRule>& rules);

    [[nodiscard]] const wire::HomeAddress& key() const { return home_; }
    // Along each of these the packet goes; none: along its tunnel's own path, since no rule means
    // it, or the first that does names no path that is known.
    [[nodiscard]] std::span<const mobility::NumberedPath> paths_of(const InnerPacket& packet) const;

  private:
    wire::HomeAddress home_;
    FlowRules rules_;
    std::vector<std::vector<mobility::NumberedPath>> paths_;  // one list for each rule
};

}  // namespace godwit::datapath
