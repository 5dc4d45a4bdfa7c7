#include "shared/wire/binding_status.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace godwit::wire {
namespace {

using enum BindingStatus;

constexpr auto names = std::to_array<std::pair<BindingStatus, std::string_view>>({
    {accepted, "accepted"},
    {accepted_prefix_discovery_necessary, "accepted-prefix-discovery-necessary"},
    {mcoa_not_complete, "mcoa-not-complete"},
    {mcoa_return_home_without_ndp, "mcoa-return-home-without-ndp"},
    {reason_unspecified, "reason-unspecified"},
    {administratively_prohibited, "administratively-prohibited"},
    {insufficient_resources, "insufficient-resources"},
    {home_registration_not_supported, "home-registration-not-supported"},
    {not_home_subnet, "not-home-subnet"},
    {not_home_agent_for_this_mobile_node, "not-home-agent-for-this-mobile-node"},
    {duplicate_address_detection_failed, "duplicate-address-detection-failed"},
    {sequence_number_out_of_window, "sequence-number-out-of-window"},
    {expired_home_nonce_index, "expired-home-nonce-index"},
    {expired_care_of_nonce_index, "expired-care-of-nonce-index"},
    {expired_nonces, "expired-nonces"},
    {registration_type_change_disallowed, "registration-type-change-disallowed"},
    {mobile_router_operation_not_permitted, "mobile-router-operation-not-permitted"},
    {invalid_prefix, "invalid-prefix"},
    {not_authorized_for_prefix, "not-authorized-for-prefix"},
    {forwarding_setup_failed, "forwarding-setup-failed"},
    {identity_mismatch_or_cannot_force_udp, "identity-mismatch-or-cannot-force-udp"},
    {message_identifier_required, "message-identifier-required"},
    {authentication_failed, "authentication-failed"},
    {mcoa_malformed, "mcoa-malformed"},
    {mcoa_non_mcoa_binding_exists, "mcoa-non-mcoa-binding-exists"},
    {mcoa_prohibited, "mcoa-prohibited"},
    {mcoa_unknown_care_of_address, "mcoa-unknown-care-of-address"},
    {mcoa_bulk_registration_prohibited, "mcoa-bulk-registration-prohibited"},
    {mcoa_simultaneous_home_and_foreign_prohibited,
     "mcoa-simultaneous-home-and-foreign-prohibited"},
    {invalid_care_of_address, "invalid-care-of-address"},
});

}  // namespace

std::string name(BindingStatus status) {
    const auto* const found = std::ranges::find(names, status, &decltype(names)::value_type::first);
    if (found != names.end()) {
        return std::string(found->second);
    }
    return "status-" + std::to_string(static_cast<unsigned>(status));
}

}  // namespace godwit::wire
