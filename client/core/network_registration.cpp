#include "client/core/network_registration.hpp"

namespace godwit::client {

using mobility::Actions;

bool NetworkRegistration::is_about_networks(wire::BindingStatus status) {
    using enum wire::BindingStatus;
    return status == mobile_router_operation_not_permitted || status == invalid_prefix ||
           status == not_authorized_for_prefix || status == forwarding_setup_failed;
}

void NetworkRegistration::on_accepted(bool has_named, bool is_router, Actions& actions) {
    const bool was_carried = std::exchange(is_carried_, has_named && is_router);
    if (is_carried_) {
        actions.emplace_back(mobility::CarryPrefixes{home_, prefixes_});
        if (!was_carried) {
            actions.emplace_back(mobility::Event{mobility::PrefixesBound{home_, prefixes_}});
        }
    } else if (was_carried) {
        actions.emplace_back(mobility::CarryPrefixes{home_, {}});
    }
    if (has_named && !is_router) {
        refuse(wire::BindingStatus::accepted, actions);
    }
}

bool NetworkRegistration::on_refused(wire::BindingStatus status, Actions& actions) {
    if (refusal_) {
        return false;
    }
    refuse(status, actions);
    return true;
}

bool NetworkRegistration::on_kept_without(wire::BindingStatus status, Actions& actions) {
    if (refusal_) {
        return false;
    }
    refuse(refused_before_.value_or(status), actions);
    return true;
}

void NetworkRegistration::refuse(wire::BindingStatus status, Actions& actions) {
    if (refusal_) {
        return;
    }
    refusal_ = status;
    if (std::exchange(refused_before_, std::nullopt) != status) {  // nothing new else
        actions.emplace_back(mobility::Event{mobility::PrefixesRefused{home_, status}});
    }
}

}  // namespace godwit::client
