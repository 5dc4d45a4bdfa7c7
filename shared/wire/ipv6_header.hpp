#pragma once
// RFC 8200 §3.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version| Traffic Class |           Flow Label                  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         Payload Length        |  Next Header  |   Hop Limit   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Source Address                        |
//   |                      Destination Address                      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Ipv6Header {
    static constexpr std::size_t size = 40;  // octets

    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;      // 20 bits
    std::uint16_t payload_length = 0;  // octets
    NextHeader next_header = NextHeader::none;
    std::uint8_t hop_limit = 64;
    Ipv6Address source;
    Ipv6Address destination;

    bool operator==(const Ipv6Header&) const = default;
    // The first 40 octets of a packet. Nothing is said of the rest: see payload_of.
    static Parsed<Ipv6Header> parse(BytesView packet);
    void write(std::span<std::uint8_t, size> out) const;
    // As many octets of the packet as the Payload Length says; what a link added is left out.
    [[nodiscard]] Parsed<BytesView> payload_of(BytesView packet) const;
};

}  // namespace godwit::wire
