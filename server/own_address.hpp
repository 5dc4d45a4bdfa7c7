#pragma once
// The home agent's IPv6 address is its identity, in every Mobility Header. Where it can only be
// reached by IPv4 no link has that address, and it lives on the TUN interface, with which it goes.

#include "shared/mobility/path.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// Brings the TUN interface up, and gives it the address if no interface has it. Returns whether it
// did. Throws std::system_error that names the attempt.
bool ensure_own_address(platform::NetlinkSocket& netlink, mobility::InterfaceIndex tunnel,
                        const wire::HomeAgentAddress& address);

}  // namespace godwit::server
