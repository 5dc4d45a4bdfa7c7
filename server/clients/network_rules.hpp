#pragma once
// Which prefixes may be behind a client (RFC 3963): those of the configuration and those of its
// policy are judged alike.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/clients/address_allocation.hpp"
#include "server/clients/clients.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// What is wrong with these as those of one client, a clause that begins with the prefix; nothing if
// all is well.
std::optional<std::string> fault_of_networks(std::span<const wire::Prefix> prefixes,
                                             const HomeAddresses& addresses);

// The first that overlaps one of another client's; nothing if none does.
std::optional<wire::Prefix> overlap(std::span<const wire::Prefix> prefixes,
                                    std::span<const wire::Prefix> of_another);

}  // namespace godwit::server
