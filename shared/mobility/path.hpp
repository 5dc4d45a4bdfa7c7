#pragma once
// How a message or a tunnelled packet travels: from which address and interface, to which, in what.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/wire/address.hpp"

namespace godwit::mobility {

enum class Encapsulation : std::uint8_t {
    ip6,  // IPv6 itself: Mobility Headers, ESP, IPv6-in-IPv6
    udp,  // RFC 5555: all of it in UDP, over IPv6 or IPv4
};

std::string_view name(Encapsulation encapsulation);

inline constexpr std::uint16_t dsmip_port = 4191;  // RFC 5555 §9

struct InterfaceIndex {
    std::uint32_t value = 0;  // 0: whichever the routing table says
    auto operator<=>(const InterfaceIndex&) const = default;
};

struct Path {
    Encapsulation encapsulation = Encapsulation::ip6;
    InterfaceIndex interface;
    wire::Ipv6Address local;        // an IPv4 address as ::ffff:0:0/96
    wire::Ipv6Address remote;       // likewise; behind a NAT, what the NAT made of it
    std::uint16_t local_port = 0;   // udp; 0: that of the first UDP socket
    std::uint16_t remote_port = 0;  // udp
    auto operator<=>(const Path&) const = default;

    [[nodiscard]] bool is_ipv4() const { return local.mapped_ipv4().has_value(); }
    // The same remote end, as a person writes it: "192.0.2.1:4191", "[2001:db8::1]:4191".
    [[nodiscard]] std::string remote_text() const;
};

}  // namespace godwit::mobility
