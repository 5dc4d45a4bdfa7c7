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

// What the header around a packet shows of its DSCP.
enum class OuterDscp : std::uint8_t {
    zero,    // nothing: best effort
    copied,  // all of it
};

// Of the header around a packet of this traffic class. ECN is copied as it is, CE included (RFC
// 6040 §4.1, normal mode: both ends of a tunnel here understand it).
constexpr std::uint8_t outer_traffic_class(std::uint8_t inner, OuterDscp dscp) {
    return dscp == OuterDscp::copied ? inner : static_cast<std::uint8_t>(inner & ecn_bits);
}

// The ECN field of a packet that leaves a tunnel (RFC 6040 §4.2, Figure 4); nothing: it is dropped,
// since no other sign would reach a sender who does not understand marks.
//
//   +---------+-------------------------------------------+
//   |  inner  |                   outer                   |
//   |         +---------+----------+----------+-----------+
//   |         | Not-ECT |  ECT(0)  |  ECT(1)  |    CE     |
//   +---------+---------+----------+----------+-----------+
//   | Not-ECT | Not-ECT | Not-ECT  | Not-ECT  | (dropped) |
//   | ECT(0)  | ECT(0)  |  ECT(0)  |  ECT(1)  |    CE     |
//   | ECT(1)  | ECT(1)  |  ECT(1)  |  ECT(1)  |    CE     |
//   | CE      |   CE    |    CE    |    CE    |    CE     |
//   +---------+---------+----------+----------+-----------+
constexpr std::optional<Ecn> decapsulated(Ecn inner, Ecn outer) {
    if (outer == Ecn::ce) {
        return inner == Ecn::not_ect ? std::nullopt : std::optional(Ecn::ce);
    }
    return inner == Ecn::ect_0 && outer == Ecn::ect_1 ? outer : inner;
}

// The same to an IPv6 or IPv4 packet where it lies, whose DSCP stays; what is neither stays as it
// is. False: it is to be dropped.
[[nodiscard]] bool combine_ecn(std::span<std::uint8_t> inner, Ecn outer);

// For all packets: most come as Not-ECT or ECT(0), two columns that change nothing.
[[nodiscard]] inline bool decapsulate_ecn(std::span<std::uint8_t> inner, Ecn outer) {
    return outer == Ecn::not_ect || outer == Ecn::ect_0 || combine_ecn(inner, outer);
}

}  // namespace godwit::wire
