#pragma once
// Makes this machine a router, as a home agent must be, without costing it the way out that
// it learned from a router itself.

#include "shared/mobility/path.hpp"
#include "shared/platform/network_snapshot.hpp"
#include "shared/platform/sysctl.hpp"

namespace godwit::platform {

// Turns on net.ipv6.conf.all.forwarding. Interfaces whose default route came by router
// advertisement go on listening (accept_ra = 2), since a router otherwise stops. Everything is as
// before when `overrides` goes. Throws std::system_error.
void forward_ipv6(SysctlOverrides& overrides, const NetworkSnapshot& network);

// The same for a machine that moves (RFC 3963 §5.6: a mobile router MUST NOT ignore router
// advertisements): each interface that listens goes on listening, and so does each that comes to be
// there. Throws std::system_error.
void forward_ipv6_on_the_move(SysctlOverrides& overrides, const NetworkSnapshot& network);

// While that is so, on an interface by which it visits a network: no router of that link (RFC 3963
// §5.7: it MUST NOT be in the groups of all routers there), and packets pass all the same. Nothing
// happens where the interface has gone.
void be_host_on(SysctlOverrides& overrides, mobility::InterfaceIndex interface);

// Whether it is so without these overrides, and without those of a killed run that they go on from.
bool forwards_ipv6_without(const SysctlOverrides& overrides);

// As the kernel has it.
bool forwards_ipv6();

// Turns on net.ipv4.ip_forward. Everything is as before when `overrides` goes. Throws
// std::system_error.
void forward_ipv4(SysctlOverrides& overrides);

}  // namespace godwit::platform
