// Who may register changes while a home agent runs, and bindings end by its own will (RFC 5846 §7).

#include <algorithm>
#include <utility>

#include "server/core/home_agent.hpp"
#include "shared/mobility/constants.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

void HomeAgent::admit(mobility::PeerId peer, MobileNodeRecord record) {
    registry_.put(peer, std::move(record));
}

// As with a deregistration the entry stays as invalid for a while, so that a late binding update
// does not bring the binding back.
Actions HomeAgent::revoke(Instant now, const wire::HomeAddress& home,
                          wire::RevocationTrigger trigger) {
    Actions actions = on_deadline(now);
    const Binding* binding = cache_.find(home, now);
    if (binding == nullptr || !binding->is_valid) {
        return finished(std::move(actions));
    }
    cache_.change(home, [&](Binding& entry) {
        revocations_.begin(now, entry, trigger, actions);
        entry.is_valid = false;
        entry.expires = now + mobility::max_delete_bce_timeout;
    });
    checks_.on_binding_ended(now, home);
    end_beside(home);
    actions.emplace_back(mobility::CloseTunnel{home});
    actions.emplace_back(mobility::Event{mobility::BindingRevoked{home, trigger}});
    return finished(std::move(actions));
}

Actions HomeAgent::send_away(Instant now, const std::vector<wire::HomeAddress>& homes,
                             const SwitchOrder& order) {
    Actions actions = on_deadline(now);
    for (const wire::HomeAddress& home : homes) {
        const Binding* binding = cache_.find(home, now);
        if (binding == nullptr || !binding->is_valid) {
            continue;
        }
        if (order.grace) {
            cache_.change(home, [&](Binding& entry) {
                entry.expires = std::min<Instant>(entry.expires, now + *order.grace);
            });
            others_.end_by(home, now + *order.grace);
        }
        switches_.begin(now, home, order);
        actions.emplace_back(
            mobility::Event{mobility::HomeAgentSwitchAsked{home, order.home_agents, order.grace}});
    }
    switches_.on_deadline(now, cache_, actions);
    return finished(std::move(actions));
}

// RFC 5142 §5.3: whoever has been asked to go is served until what it has been granted is over, on
// its way too, and gets no more.
wire::Lifetime HomeAgent::granted(Instant now, const Request& request,
                                  const Binding* in_use) const {
    const wire::Lifetime lifetime = granted_to(request, settings_);
    return in_use != nullptr && switches_.concerns(in_use->home)
               ? std::min(lifetime, std::chrono::floor<wire::Lifetime>(in_use->expires - now))
               : lifetime;
}

// RFC 5142 §5.3: a refresh, which asks for nothing else, is refused. Not one that has been proved:
// it may be that of a node which has restarted, and is granted what is left.
bool HomeAgent::is_over_for(Instant now, const Request& request, const Binding& in_use) const {
    return switches_.concerns(in_use.home) &&
           std::holds_alternative<mobility::Unproven>(request.proof) &&
           (request.care_of == in_use.care_of ||
            granted(now, request, &in_use) == wire::Lifetime::zero());
}

// Where less than can be granted is left, it is as if the binding had ended.
void HomeAgent::let_stay_if_over(Instant now, const Request& request, const Binding& in_use) {
    if (granted(now, request, &in_use) == wire::Lifetime::zero()) {
        switches_.drop(in_use.home);
    }
}

// Its home address may belong to somebody else next, who begins with numbers of his own.
Actions HomeAgent::dismiss(Instant now, mobility::PeerId peer, wire::RevocationTrigger trigger) {
    const MobileNodeRecord* record = registry_.find(peer);
    if (record == nullptr) {
        return {};
    }
    const wire::HomeAddress home = record->home;
    Actions actions = revoke(now, home, trigger);
    cache_.change(home, [&](Binding& entry) { entry.sessions.end_all(actions); });
    cache_.erase(home);
    checks_.forget(home);
    receptions_.erase(home);
    reunion_.forget(home);
    registry_.remove(peer);
    return finished(std::move(actions));
}

}  // namespace godwit::server
