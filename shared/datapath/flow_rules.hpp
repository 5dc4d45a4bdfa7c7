#pragma once
// Which packets of a tunnel leave along other paths than the one it has: the ordered list of RFC
// 6089 §4.3, as far as a packet has to do with it.

#include <cstdint>
#include <vector>

#include "shared/datapath/inner_packet.hpp"
#include "shared/mobility/flow_route.hpp"

namespace godwit::datapath {

// Traffic selectors tell of packets on their way to the home address (RFC 6088 §3.1).
enum class FlowDirection : std::uint8_t {
    to_home_address,    // what the home agent sends
    from_home_address,  // what the mobile node sends: source and destination change places
};

using mobility::FlowRule;

class FlowRules {
  public:
    FlowRules() = default;  // the tunnel's own path for everything
    // In the order of their priority. What a rule means cannot be changed, only all of them at
    // once.
    FlowRules(FlowDirection direction, std::vector<FlowRule> rules);

    [[nodiscard]] bool empty() const { return rules_.empty(); }
    // Those that name paths, in their order.
    [[nodiscard]] const std::vector<FlowRule>& active() const { return rules_; }
    // The first rule that means the packet; nullptr: none does, it takes the tunnel's own path.
    // Lives as long as these rules do. Allocates nothing.
    //
    // What is not there to be compared is not meant: ports of a fragment that is not the first or
    // of another protocol than TCP and UDP, a protocol behind extension headers that make no sense.
    // So a rule with ports means the first fragment only (§5.3.6 wants all of them to go one way,
    // but leaves open how). No rule means Mobile IPv6's own signalling (§4.3).
    [[nodiscard]] const FlowRule* match(const InnerPacket& packet) const {
        return rules_.empty() ? nullptr : search(packet);
    }

  private:
    [[nodiscard]] const FlowRule* search(const InnerPacket& packet) const;

    FlowDirection direction_ = FlowDirection::to_home_address;
    std::vector<FlowRule> rules_;  // the active ones
};

}  // namespace godwit::datapath
