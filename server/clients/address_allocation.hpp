#pragma once
// Which addresses of the home prefix a client may have.

#include <optional>
#include <set>

#include "shared/wire/address.hpp"

namespace godwit::server {

struct HomeAddresses {
    wire::Prefix prefix;
    wire::HomeAgentAddress home_agent;
};

// The home agent's own, the anycast address of the prefix's routers (RFC 4291 §2.6.1), and those
// that RFC 2526 reserves for anycast.
bool is_reserved(const HomeAddresses& addresses, const wire::Ipv6Address& address);

// The lowest that is neither reserved nor taken. The first few of a large prefix are left to those
// who like short addresses, and to the routers, which often have one of them.
std::optional<wire::HomeAddress> next_free(const HomeAddresses& addresses,
                                           const std::set<wire::HomeAddress>& taken);

}  // namespace godwit::server
