#include "server/core/admission.hpp"

#include "shared/wire/options/nonce_indices.hpp"

namespace godwit::server {
namespace {

// A tunnel into the home prefix, or to the home agent itself, would loop (RFC 6275 §15.1).
bool would_loop(const wire::CareOfAddress& care_of, const HomeAgentSettings& settings) {
    return settings.home_prefix.contains(care_of.address) ||
           care_of.address == settings.address.address;
}

}  // namespace

std::optional<mobility::DropReason> silent_discard(const Request& request,
                                                   const MobileNodeRecord* owner) {
    // RFC 6275 §5.1: nobody binds the home address of somebody else.
    if (owner == nullptr || owner->home != request.received.home) {
        return mobility::DropReason::not_owner;
    }
    // §9.5.1: both addresses must be unicast routable.
    if (!request.received.home.address.is_unicast_routable() ||
        !request.care_of.address.is_unicast_routable()) {
        return mobility::DropReason::bad_address;
    }
    // §9.5.1: a home registration has no use for a return routability procedure.
    if (request.update.home_registration &&
        wire::find<wire::NonceIndices>(request.update.options) != nullptr) {
        return mobility::DropReason::not_home_registration;
    }
    return std::nullopt;
}

std::optional<wire::BindingStatus> refusal(const Request& request, const Binding* entry,
                                           const HomeAgentSettings& settings) {
    using enum wire::BindingStatus;
    const bool is_bound = entry != nullptr && entry->is_valid;
    if (!request.update.home_registration) {  // §9.5.1; it is no correspondent node
        return is_bound ? registration_type_change_disallowed : administratively_prohibited;
    }
    if (entry != nullptr && !request.update.sequence.is_newer_than(entry->sequence)) {
        return sequence_number_out_of_window;
    }
    if (!settings.home_prefix.contains(request.received.home.address)) {
        return not_home_subnet;
    }
    if (request.is_deregistration()) {
        return is_bound ? std::nullopt : std::optional(not_home_agent_for_this_mobile_node);
    }
    if (would_loop(request.care_of, settings)) {
        return invalid_care_of_address;
    }
    if (request.is_from_home_link()) {  // §10.3.1: the Home Address option MUST be present
        return reason_unspecified;
    }
    // The tunnel of an invalid entry's session is closed for good.
    if (entry != nullptr && !entry->is_valid &&
        std::holds_alternative<mobility::InSession>(request.proof)) {
        return authentication_failed;
    }
    return std::nullopt;
}

}  // namespace godwit::server
