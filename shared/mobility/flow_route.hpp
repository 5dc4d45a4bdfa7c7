#pragma once
// Flows that leave along other paths than the rest of their tunnel, or along several at once: RFC
// 6089 §4.3. Both ends have the same rules; each applies them to what it sends.

#include <cstdint>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/wire/options/traffic_selector.hpp"

namespace godwit::mobility {

// A path by the number of its binding (BID, RFC 5648 §4.3).
struct NumberedPath {
    std::uint16_t binding_id = 0;
    Path path;
    TunnelMtu mtu;
    bool operator==(const NumberedPath&) const = default;
};

struct FlowRule {
    std::vector<wire::TrafficSelector> selectors;  // it means what any of them means
    // The numbers of the bindings: a copy of each packet goes along each of them (§5.3.6). None:
    // the rule is inactive, and passed over (§4.3).
    std::vector<std::uint16_t> binding_ids;
    bool operator==(const FlowRule&) const = default;
};

}  // namespace godwit::mobility
