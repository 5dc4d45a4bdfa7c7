#pragma once
// Neighbor Discovery (RFC 4861) as frames, past the kernel's addresses and neighbor cache:
// with any source, to any link-layer address.

#include <optional>
#include <system_error>

#include "shared/mobility/neighbor_packet.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {

// A whole IPv6 packet with the hop limit of 255 that proves its sender to be of this link.
wire::Bytes neighbor_packet(const wire::Ipv6Address& source, const wire::Ipv6Address& destination,
                            const wire::Icmpv6Message& message);

// The Neighbor Solicitation or Advertisement of such a packet, without the link-layer address that
// it came from; nothing where RFC 4861 §7.1 has everybody discard it, or it is something else.
std::optional<mobility::NeighborPacket> neighbor_packet_in(wire::BytesView octets);

// `socket` is a packet socket without link-layer headers (SOCK_DGRAM).
std::error_code send_frame(const FileDescriptor& socket, mobility::InterfaceIndex interface,
                           const wire::LinkLayerAddress& to, wire::BytesView packet);

}  // namespace godwit::platform
