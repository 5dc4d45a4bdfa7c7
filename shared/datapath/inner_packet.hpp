#pragma once
// The packet inside a tunnel, as far as a tunnel needs to know it (RFC 8200 §3).

#include <cstdint>
#include <expected>
#include <span>

#include "shared/datapath/drop_reason.hpp"
#include "shared/wire/address.hpp"

namespace godwit::datapath {

struct InnerPacket {
    wire::Ipv6Address source;
    wire::Ipv6Address destination;
    // From the first octet of its header to what its Payload Length says: padding behind it is cut
    // off (RFC 4303 §2.7).
    std::span<std::uint8_t> bytes;

    // Refuses, beside what is no whole IPv6 packet, what may not travel through a tunnel: packets
    // to a link-local or multicast address (RFC 6275 §10.4.2; there is no multicast group
    // membership control here, §10.4.3), to the loopback address, or from an address of so small a
    // scope (RFC 4291 §2.5.3, §2.5.6): the kernel's own redirects, between two mobile nodes. The
    // hop limit stays as it is: RFC 2473 §3.1 decrements it in forwarding, which the kernel has
    // done before the packet reaches the TUN device, and does again after it leaves the one at the
    // tunnel's exit.
    static std::expected<InnerPacket, DropReason> parse(std::span<std::uint8_t> bytes);
};

}  // namespace godwit::datapath
