#pragma once
// The Status field of the IPv4 Address Acknowledgement option, RFC 5555 §3.2.1.

#include <cstdint>

namespace godwit::wire {

enum class Ipv4HomeAddressStatus : std::uint8_t {
    success = 0,
    reason_unspecified = 128,
    administratively_prohibited = 129,
    incorrect_address = 130,  // not the one of this mobile node
    invalid_address = 131,
    dynamic_address_not_available = 132,
    prefix_unauthorized = 133,
};

// Values from 0 to 127 indicate success.
constexpr bool is_accepted(Ipv4HomeAddressStatus status) {
    return static_cast<std::uint8_t>(status) < 128;
}

}  // namespace godwit::wire
