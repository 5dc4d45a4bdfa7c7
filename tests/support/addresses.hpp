#pragma once
// The cast of the tests, with the addresses of RFC 3849's documentation prefix.

#include <string_view>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::test {

inline wire::Ipv6Address ip(std::string_view text) {
    return wire::Ipv6Address::parse(text).value();
}

inline const wire::HomeAgentAddress home_agent{ip("2001:db8:f::1")};
inline const wire::HomeAddress home{ip("2001:db8:f::9")};
inline const wire::Prefix home_prefix = wire::Prefix::parse("2001:db8:f::/64").value();
inline const wire::CareOfAddress care_of_a{ip("2001:db8:a::2")};
inline const wire::CareOfAddress care_of_b{ip("2001:db8:b::2")};
inline const wire::Ipv6Address correspondent = ip("2001:db8:c::1");

// An instant long after the machine was started.
inline constexpr mobility::Instant noon{std::chrono::hours(12)};

}  // namespace godwit::test
