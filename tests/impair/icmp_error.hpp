#pragma once
// Which frames carry errors of ICMPv4 and ICMPv6, those that tell a sender of a smaller MTU among
// them.

#include <cstddef>
#include <span>

namespace godwit::impair {

inline constexpr std::size_t ethernet_header = 14;  // octets

// Unreachable, too big, time exceeded, parameter problem. Echoes and neighbour discovery are none.
bool is_icmp_error(std::span<const std::byte> frame);

}  // namespace godwit::impair
