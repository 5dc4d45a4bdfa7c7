#pragma once
// The Status field of a Flow Identification option in a Binding Acknowledgement: RFC 6089 §4.2.
// Values without a name here are legal and keep their number.

#include <cstdint>
#include <string>

namespace godwit::wire {

enum class FlowBindingStatus : std::uint8_t {
    accepted = 0,
    administratively_prohibited = 128,
    reason_unspecified = 129,
    malformed = 130,
    binding_not_found = 131,
    flow_not_found = 132,
    selector_format_not_supported = 133,
};

// RFC 6089 §8: values below 128 are left for success.
constexpr bool is_accepted(FlowBindingStatus status) {
    return static_cast<std::uint8_t>(status) < 128;
}

// "accepted", "binding-not-found"; "status-77" for one without a name.
std::string name(FlowBindingStatus status);

}  // namespace godwit::wire
