// What becomes of a Home Agent Switch: RFC 5142 §6.1. Which home agents there are keys for is not
// known here. It is told, and whoever knows ends this node: that gives the binding up, which
// acknowledges the message.

#include <variant>

#include "client/core/mobile_node.hpp"
#include "shared/wire/options/binding_refresh_advice.hpp"

namespace godwit::client {

void MobileNode::on_switch(mobility::Instant now, const mobility::Proof& proof,
                           const wire::HomeAgentSwitch& order, mobility::Actions& actions) const {
    const bool is_proved =
        std::holds_alternative<mobility::InSession>(proof) || !registration_.is_protected();
    if (!is_proved || is_leaving_ || registration_.binding(now) == nullptr) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
        return;
    }
    const auto* advice = wire::find<wire::BindingRefreshAdvice>(order.options);
    actions.emplace_back(mobility::Event{mobility::HomeAgentSwitchAsked{
        home_, order.home_agents,
        advice != nullptr ? std::optional(advice->refresh_interval) : std::nullopt}});
}

}  // namespace godwit::client
