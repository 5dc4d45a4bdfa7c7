#pragma once
// What a UDP payload of the tunnel is, by its first octet (RFC 5555 §4.1, RFC 3948 §2; every SPI
// has its top bit set):
//
//    0 1 2 3 4 5 6 7
//   +-+-+-+-+-+-+-+-+
//   |0 1 1 0|       |  an inner IPv6 packet
//   |0 1 0 0|       |  an inner IPv4 packet
//   |1              |  ESP
//   |1 1 1 1 1 1 1 1|  and nothing behind it: a NAT keepalive
//   +-+-+-+-+-+-+-+-+

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "shared/datapath/drop_reason.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::datapath {

inline constexpr std::uint8_t nat_keepalive_octet = 0xff;

// What would be its Next Header on native IPv6: ipv6, ipv4 or esp.
constexpr std::expected<wire::NextHeader, DropReason> protocol_of_udp_payload(
    wire::BytesView payload) {
    constexpr std::uint8_t top_bit = 0x80;
    if (payload.empty()) {
        return std::unexpected(DropReason::unknown_payload);
    }
    if (payload.size() == 1 && payload[0] == nat_keepalive_octet) {
        return std::unexpected(DropReason::nat_keepalive);
    }
    if ((payload[0] & top_bit) != 0) {
        return wire::NextHeader::esp;
    }
    switch (payload[0] >> 4U) {
        case 6:
            return wire::NextHeader::ipv6;
        case 4:
            return wire::NextHeader::ipv4;
        default:
            return std::unexpected(DropReason::unknown_payload);
    }
}

// Calls `each` with every datagram of what came as one, each of `segment_size` octets and the last
// perhaps of fewer; 0: it is one.
template <class Each>
void each_datagram(std::span<std::uint8_t> payload, std::size_t segment_size, Each each) {
    do {
        const std::size_t size =
            segment_size != 0 ? std::min(segment_size, payload.size()) : payload.size();
        each(payload.first(size));
        payload = payload.subspan(size);
    } while (!payload.empty());
}

}  // namespace godwit::datapath
