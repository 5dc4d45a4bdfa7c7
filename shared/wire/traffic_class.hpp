#pragma once
// The octet that IPv6 calls Traffic Class and IPv4 Type of Service: Differentiated Services (RFC
// 2474 §3) and Explicit Congestion Notification (RFC 3168 §5).
//
//      0     1     2     3     4     5     6     7
//   +-----+-----+-----+-----+-----+-----+-----+-----+
//   |               DSCP                |    ECN    |
//   +-----+-----+-----+-----+-----+-----+-----+-----+

#include <cstdint>
#include <optional>
#include <span>

#include "shared/wire/bytes.hpp"

namespace godwit::wire {

// RFC 3168 §5. A sender that understands marks says ECT; a router that would else have to drop such
// a packet makes CE of it.
enum class Ecn : std::uint8_t {
    not_ect = 0b00,
    ect_1 = 0b01,
    ect_0 = 0b10,
    ce = 0b11,
};

inline constexpr std::uint8_t ecn_bits = 0b11;

constexpr Ecn ecn_of(std::uint8_t traffic_class) {
    return Ecn{static_cast<std::uint8_t>(traffic_class & ecn_bits)};
}

// Of the IPv6 or IPv4 header that begins here; nothing if it is neither, or not whole.
std::optional<std::uint8_t> traffic_class_of(BytesView packet);

// Whoever drops packets to say that there are too many of them may say so by this instead: makes CE
// of the ECN field of an IPv6 or IPv4 packet whose sender understands it, and keeps IPv4's checksum
// right. A packet of many segments is marked in each of them. False, with nothing changed, if it is
// Not-ECT, or no packet: then only dropping it will tell.
[[nodiscard]] bool mark_congestion(std::span<std::uint8_t> packet);

}  // namespace godwit::wire
