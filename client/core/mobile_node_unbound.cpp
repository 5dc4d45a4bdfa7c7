// A mobile node that has no binding any more: it has expired, or the home agent has ended it
// (RFC 5846 §10).

#include "client/core/mobile_node.hpp"

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;

void MobileNode::on_revocation(Instant now, const mobility::Received& received,
                               const mobility::Proof& proof,
                               const wire::BindingRevocationIndication& indication,
                               Actions& actions) {
    const auto outcome = registration_.on_revocation(now, received, proof, indication, actions);
    if (outcome == HomeRegistration::Outcome::revoked) {
        on_unbound(now, actions);
        register_again_if_due(now, actions);
    }
}

// Nothing is bound, in use or beside.
void MobileNode::on_unbound(Instant now, Actions& actions) {
    roaming_.on_unbound(now, actions);
    warm_.rest(registration_);
    roaming_.on_warm(std::nullopt);
}

// Its binding has expired, or the home agent has ended it. At home it has none, but the home agent
// has to agree that it is there.
void MobileNode::register_again_if_due(Instant now, Actions& actions) {
    if (is_leaving_ || registration_.is_pending() || registration_.binding(now) != nullptr ||
        !registration_.may_ask(now)) {
        return;
    }
    if (roaming_.in_use()) {
        roaming_.register_again(now, actions);
    } else if (is_home_unacknowledged()) {
        registration_.deregister(now, home_path(std::get<AtHome>(target_).link), actions);
    }
}

bool MobileNode::is_home_unacknowledged() const {
    return std::holds_alternative<AtHome>(target_) && !is_same_place(target_, last_place_);
}

}  // namespace godwit::client
