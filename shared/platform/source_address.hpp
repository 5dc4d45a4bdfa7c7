#pragma once
// Which address of this machine the routing table would have packets leave from.

#include <expected>
#include <system_error>

#include "shared/wire/address.hpp"

namespace godwit::platform {

// Towards this address, IPv4 as ::ffff:0:0/96. An error where no route leads there. Nothing is
// sent.
std::expected<wire::Ipv6Address, std::error_code> source_address_towards(
    const wire::Ipv6Address& remote);

}  // namespace godwit::platform
