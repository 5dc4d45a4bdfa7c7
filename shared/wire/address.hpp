#pragma once
// IP addresses, and the roles they play in RFC 6275: a HomeAddress cannot be passed for a
// CareOfAddress.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/wire/bytes.hpp"

namespace godwit::wire {

struct Ipv4Address {
    std::array<std::uint8_t, 4> octets{};

    auto operator<=>(const Ipv4Address&) const = default;
    // From "192.0.2.1"; nothing if the text is not an address.
    static std::optional<Ipv4Address> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    // Private addresses too. Neither "this network" (0/8), loopback (127/8), link-local
    // (169.254/16), multicast (224/4) nor reserved (240/4): RFC 6890 §2.2.2.
    [[nodiscard]] bool is_unicast_routable() const;
};

struct Ipv6Address {
    std::array<std::uint8_t, 16> octets{};

    auto operator<=>(const Ipv6Address&) const = default;
    // From any form of RFC 4291 §2.2; nothing if the text is not an address.
    static std::optional<Ipv6Address> parse(std::string_view text);
    static Ipv6Address read(Reader& in) { return {in.array<16>()}; }
    // ::ffff:a.b.c.d, RFC 4291 §2.5.5.2.
    static Ipv6Address mapped(Ipv4Address address);
    // As RFC 5952 writes it.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_unspecified() const { return *this == Ipv6Address{}; }
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_multicast() const { return octets[0] == 0xff; }
    [[nodiscard]] bool is_link_local() const {
        return octets[0] == 0xfe && (octets[1] & 0xc0U) == 0x80;
    }
    [[nodiscard]] std::optional<Ipv4Address> mapped_ipv4() const;
    // RFC 6275 §9.5.1, §6.4: neither multicast, unspecified, loopback, link-local nor v4-mapped.
    [[nodiscard]] bool is_unicast_routable() const;
};

// A prefix of IPv4 addresses stands as one of ::ffff:0:0/96, its length 96 more.
struct Prefix {
    Ipv6Address address;
    std::uint8_t length = 128;  // bits

    auto operator<=>(const Prefix&) const = default;
    // From "2001:db8::/32"; nothing if it is none, or if bits beyond the length are set.
    static std::optional<Prefix> parse(std::string_view text);
    // From "192.0.2.0/24"; nothing if it is none, or if bits beyond the length are set.
    static std::optional<Prefix> parse_ipv4(std::string_view text);
    // The prefix of this address alone.
    static Prefix host(const Ipv6Address& address) { return {address, 128}; }
    // The prefix of this length that an address lies in.
    static Prefix around(const Ipv6Address& address, std::uint8_t length);
    // IPv4 as parse_ipv4() reads it.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool is_ipv4() const;
    [[nodiscard]] bool contains(const Ipv6Address& other) const;
    // Whether some address is of both.
    [[nodiscard]] bool overlaps(const Prefix& other) const {
        return length <= other.length ? contains(other.address) : other.contains(address);
    }
};

// An address in a role.
template <class Tag>
struct Role {
    Ipv6Address address;
    auto operator<=>(const Role&) const = default;
    [[nodiscard]] std::string text() const { return address.text(); }
};
using HomeAddress = Role<struct HomeAddressTag>;
using CareOfAddress = Role<struct CareOfAddressTag>;
using HomeAgentAddress = Role<struct HomeAgentAddressTag>;

}  // namespace godwit::wire

template <>
struct std::hash<godwit::wire::Ipv6Address> {
    std::size_t operator()(const godwit::wire::Ipv6Address& address) const noexcept;
};
template <class Tag>
struct std::hash<godwit::wire::Role<Tag>> {
    std::size_t operator()(const godwit::wire::Role<Tag>& role) const noexcept {
        return std::hash<godwit::wire::Ipv6Address>{}(role.address);
    }
};
