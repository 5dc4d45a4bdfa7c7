#pragma once
// The Status field of a Binding Acknowledgement: RFC 6275 §6.1.8 and IANA's registry of it. Values
// without a name here are legal and keep their number.

#include <cstdint>
#include <string>

namespace godwit::wire {

enum class BindingStatus : std::uint8_t {
    accepted = 0,
    accepted_prefix_discovery_necessary = 1,
    mcoa_not_complete = 4,             // RFC 5648
    mcoa_return_home_without_ndp = 5,  // RFC 5648
    reason_unspecified = 128,
    administratively_prohibited = 129,
    insufficient_resources = 130,
    home_registration_not_supported = 131,
    not_home_subnet = 132,
    not_home_agent_for_this_mobile_node = 133,
    duplicate_address_detection_failed = 134,
    sequence_number_out_of_window = 135,
    expired_home_nonce_index = 136,
    expired_care_of_nonce_index = 137,
    expired_nonces = 138,
    registration_type_change_disallowed = 139,
    mobile_router_operation_not_permitted = 140,  // RFC 3963
    invalid_prefix = 141,                         // RFC 3963
    not_authorized_for_prefix = 142,              // RFC 3963
    forwarding_setup_failed = 143,                // RFC 3963
    // 144 is MIPV6-ID-MISMATCH in RFC 4285 and "cannot force UDP encapsulation" in RFC 5555.
    identity_mismatch_or_cannot_force_udp = 144,
    message_identifier_required = 145,                    // RFC 4285
    authentication_failed = 146,                          // RFC 4285
    mcoa_malformed = 164,                                 // RFC 5648
    mcoa_non_mcoa_binding_exists = 165,                   // RFC 5648
    mcoa_prohibited = 166,                                // RFC 5648
    mcoa_unknown_care_of_address = 167,                   // RFC 5648
    mcoa_bulk_registration_prohibited = 168,              // RFC 5648
    mcoa_simultaneous_home_and_foreign_prohibited = 169,  // RFC 5648
    invalid_care_of_address = 174,
};

// RFC 6275 §6.1.8: values below 128 mean that the binding update was accepted, unknown ones too.
constexpr bool is_accepted(BindingStatus status) {
    return static_cast<std::uint8_t>(status) < 128;
}

// "accepted", "sequence-number-out-of-window"; "status-77" for one without a name.
std::string name(BindingStatus status);

}  // namespace godwit::wire
