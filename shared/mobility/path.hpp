#pragma once
// How a message or a tunnelled packet travels: from which address and interface, to which, in what.

#include <compare>
#include <cstdint>
#include <string_view>

#include "shared/wire/address.hpp"

namespace godwit::mobility {

enum class Encapsulation : std::uint8_t {
    ip6,  // IPv6 itself: Mobility Headers, ESP, IPv6-in-IPv6
};

std::string_view name(Encapsulation encapsulation);

struct InterfaceIndex {
    std::uint32_t value = 0;  // 0: whichever the routing table says
    auto operator<=>(const InterfaceIndex&) const = default;
};

struct Path {
    Encapsulation encapsulation = Encapsulation::ip6;
    InterfaceIndex interface;
    wire::Ipv6Address local;
    wire::Ipv6Address remote;
    auto operator<=>(const Path&) const = default;
};

}  // namespace godwit::mobility
