#pragma once
// Which flows of a mobile node take which of its bindings: RFC 6089 §4.3, §5.3. A home address
// without flow bindings costs nothing here.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "shared/mobility/flow_route.hpp"
#include "shared/mobility/flow_selector.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/messages/binding_update.hpp"

namespace godwit::server {

class FlowBindings {
  public:
    // Every packet to the mobile node is compared with all of them. Further ones are
    // administratively prohibited (§5.3.5).
    static constexpr std::size_t max = mobility::max_flow_bindings;

    // Whether there is a Flow Identification or Flow Summary option.
    static bool are_named_in(const wire::BindingUpdate& update);

    // What an update says takes the place of what was said before (§5.3.4). `known`: the bindings
    // that there are once it has been carried out, by their BIDs. Returns the options that tell in
    // the acknowledgement what has become of it (§5.3.5).
    [[nodiscard]] wire::MobilityOptions on_update(const wire::HomeAddress& home,
                                                  const wire::BindingUpdate& update,
                                                  std::span<const std::uint16_t> known);
    // The tunnel is closed, and its routes with it.
    void forget(const wire::HomeAddress& home) { entries_.erase(home); }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }  // home addresses
    // Whether there is something to route, or there has been.
    [[nodiscard]] bool has(const wire::HomeAddress& home) const { return entries_.contains(home); }
    // What is to be told of it now, if it is something new. `paths`: those that may get data;
    // `known` as above. Several `paths` are told even if no flow takes any of them, where the
    // tunnel takes packets by their paths alone (`goes_by_path`).
    [[nodiscard]] std::optional<mobility::RouteFlows> route(
        const wire::HomeAddress& home, std::vector<mobility::NumberedPath> paths,
        std::span<const std::uint16_t> known, bool goes_by_path = false);

  private:
    struct Flow {
        std::uint16_t priority = 0;  // FID-PRI
        wire::TrafficSelector selector;
        std::vector<std::uint16_t> binding_ids;
    };
    using Flows = std::map<std::uint16_t, Flow>;  // by FID
    struct Entry {
        Flows flows;
        std::vector<mobility::NumberedPath> told_paths;
        std::vector<mobility::FlowRule> told_rules;
    };

    static wire::FlowBindingStatus status_of(const wire::FlowIdentification& option,
                                             const Flow* before,
                                             std::span<const std::uint16_t> known);
    static Flow changed(const wire::FlowIdentification& option, const Flow* before);
    static std::vector<mobility::FlowRule> rules(const Flows& flows,
                                                 std::span<const std::uint16_t> known);

    std::unordered_map<wire::HomeAddress, Entry> entries_;
};

}  // namespace godwit::server
