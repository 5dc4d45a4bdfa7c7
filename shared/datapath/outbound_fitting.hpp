#pragma once
// How long what leaves a tunnel may be along each path that it takes. What is known of the path in
// use has been found out; beside it nobody has asked. There TCP, which does what it is told, is
// told of what every path of IPv6 has room for, and other packets go as the interface carries them.

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/datapath/outbound_tunnels.hpp"

namespace godwit::datapath {

// Of an inner packet of `size` octets along the tunnel's own path: Outgoing::longest.
std::uint32_t longest_outer(const OutboundTunnel& tunnel, std::size_t size);

// The longest inner packet, octets, that is sure to leave and arrive in one piece: along the
// tunnel's path, and along each of these.
std::uint32_t least_whole(const OutboundTunnel& tunnel,
                          std::span<const mobility::NumberedPath> by_rule);

}  // namespace godwit::datapath
