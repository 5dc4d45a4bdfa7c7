#pragma once
// The pool of IPv4 home addresses (RFC 5555): which of its addresses a mobile node may have, and
// who has which. Each keeps its own for good.

#include <optional>
#include <set>
#include <vector>

#include "server/configuration.hpp"
#include "server/store/store.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// Not the network's own address, not the first, which is the home agent's, and not the broadcast
// address.
bool is_assignable(const wire::Prefix& pool, const wire::Ipv4Address& address);

// Who has which address. What the configuration says comes first; then whoever had one before keeps
// it; the others get the lowest that are free. Who is missing gets none: the pool is used up.
Ipv4Assignments assign_ipv4(const wire::Prefix& pool, const std::vector<MobileNodeEntry>& nodes,
                            const Ipv4Assignments& before);

// The lowest that nobody has.
std::optional<wire::Ipv4Address> next_ipv4(const wire::Prefix& pool,
                                           const std::set<wire::Ipv4Address>& taken);

}  // namespace godwit::server
