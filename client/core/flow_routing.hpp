#pragma once
// Which flows go along which of the node's bindings, by its wishes: said to the data plane for what
// the node sends, and to the home agent for what it receives (RFC 6089 §5).

#include <functional>
#include <utility>
#include <vector>

#include "client/core/bound_paths.hpp"
#include "client/core/flow_answers.hpp"
#include "client/core/target.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/options/flow_identification.hpp"

namespace godwit::client {

struct FlowWish {
    std::vector<wire::TrafficSelector> selectors;  // as the home agent sees the flow
    // By which attachment it is to go; nothing: by all of them at once.
    std::function<bool(const mobility::CandidateAddress&)> via;
};

class FlowRouting {
  public:
    FlowRouting(const wire::HomeAddress& home, std::vector<FlowWish> wishes)
        : home_(home), wishes_(std::move(wishes)) {}

    // What is bound, among what is offered. What the home agent has refused goes the way of the
    // rest in this direction too, but is wished on. Tells the data plane, if it is another than
    // before.
    void on_bound(const BoundPaths& bound, const std::vector<Away>& offers,
                  const std::vector<RefusedFlow>& refused, mobility::Actions& actions);
    // Whether the data plane has been told of a flow that takes another path than this one.
    [[nodiscard]] bool go_beside(const mobility::Path& in_use) const;
    // For binding updates; none as long as there is no choice.
    [[nodiscard]] const std::vector<wire::FlowIdentification>& options() const { return options_; }

  private:
    [[nodiscard]] std::vector<std::uint16_t> binding_ids(const FlowWish& wish,
                                                         const std::vector<Away>& places) const;

    wire::HomeAddress home_;
    std::vector<FlowWish> wishes_;
    std::vector<mobility::NumberedPath> paths_;
    std::vector<mobility::FlowRule> rules_;
    std::vector<wire::FlowIdentification> options_;
};

}  // namespace godwit::client
