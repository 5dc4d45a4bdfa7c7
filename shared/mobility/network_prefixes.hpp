#pragma once
// Mobile Network Prefixes (RFC 3963): what is behind a mobile node, as both ends judge it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/mobility_options.hpp"

namespace godwit::mobility {

// Of one mobile node. Each is an option of 20 octets in each binding update, a route, and an entry
// in the tables of the data plane.
inline constexpr std::size_t max_network_prefixes = 8;

// What is shorter is nobody's network.
inline constexpr std::uint8_t shortest_network_prefix = 32;  // bits

// Addresses that hosts may have and others can send to.
inline bool is_network_prefix(const wire::Prefix& prefix) {
    return prefix.length >= shortest_network_prefix && prefix.length <= 128 &&
           prefix.address.is_unicast_routable();
}

// Those of a binding update, each once. Bits beyond their lengths say nothing.
std::vector<wire::Prefix> network_prefixes(const wire::MobilityOptions& options);

// Whether all of it lies in one of them.
inline bool lies_in_one_of(const wire::Prefix& prefix, std::span<const wire::Prefix> prefixes) {
    return std::ranges::any_of(prefixes, [&](const wire::Prefix& whole) {
        return whole.length <= prefix.length && whole.contains(prefix.address);
    });
}
inline bool overlaps_one_of(const wire::Prefix& prefix, std::span<const wire::Prefix> prefixes) {
    return std::ranges::any_of(prefixes,
                               [&](const wire::Prefix& other) { return prefix.overlaps(other); });
}

// "2001:db8:1:100::/64 2001:db8:2::/56".
std::string text_of(std::span<const wire::Prefix> prefixes);

}  // namespace godwit::mobility
