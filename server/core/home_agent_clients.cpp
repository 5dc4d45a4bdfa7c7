// Who may register changes while a home agent runs, and bindings end by its own will (RFC 5846 §7).

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
    checks_.on_binding_ended(home);
    end_beside(home);
    actions.emplace_back(mobility::CloseTunnel{home});
    actions.emplace_back(mobility::Event{mobility::BindingRevoked{home, trigger}});
    return finished(std::move(actions));
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
