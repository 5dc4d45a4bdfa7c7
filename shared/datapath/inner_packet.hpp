#pragma once
// The packet inside a tunnel, as far as a tunnel needs to know it (RFC 8200 §3, RFC 791 §3.1).

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "shared/datapath/drop_reason.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::datapath {

struct InnerPacket {
    bool is_ipv4 = false;
    wire::Ipv6Address source;       // of IPv4: mapped; such an address in IPv6 is refused
    wire::Ipv6Address destination;  // likewise
    // What follows the header: IPv6's first Next Header, IPv4's Protocol.
    wire::NextHeader content = wire::NextHeader::none;
    std::uint16_t fragment_offset = 0;  // IPv4 only: octets
    bool dont_fragment = true;          // IPv4's DF bit; of IPv6 always
    std::uint8_t traffic_class = 0;     // IPv4's Type of Service
    // From the first octet of its header to what its length says: padding behind it is cut off (RFC
    // 4303 §2.7).
    std::span<std::uint8_t> bytes;

    // What a header around it calls it: ipv6 or ipv4.
    [[nodiscard]] wire::NextHeader protocol() const {
        return is_ipv4 ? wire::NextHeader::ipv4 : wire::NextHeader::ipv6;
    }
    [[nodiscard]] std::span<std::uint8_t> payload() const;
    // Where the limit stands of a packet that may enter no further tunnel, octets (RFC 2473
    // §4.1.1).
    [[nodiscard]] std::optional<std::uint32_t> spent_limit() const {
        return !is_ipv4 && wire::is_extension_header(content) ? find_spent_limit() : std::nullopt;
    }

    // Refuses, beside what is no whole packet, what may not travel through a tunnel: packets to a
    // link-local or multicast address (RFC 6275 §10.4.2; there is no multicast group membership
    // control here, §10.4.3), to the loopback address, or from an address of so small a scope (RFC
    // 4291 §2.5.3, §2.5.6): the kernel's own redirects, between two mobile nodes; of IPv4 those of
    // RFC 6890 that mean the same. The hop limit stays as it is: RFC 2473 §3.1 decrements it in
    // forwarding, which the kernel has done before the packet reaches the TUN device, and does
    // again after it leaves the one at the tunnel's exit.
    static std::expected<InnerPacket, DropReason> parse(std::span<std::uint8_t> bytes);

  private:
    [[nodiscard]] std::optional<std::uint32_t> find_spent_limit() const;
};

}  // namespace godwit::datapath
