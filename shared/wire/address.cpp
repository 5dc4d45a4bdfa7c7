#include "shared/wire/address.hpp"

#include <arpa/inet.h>

#include <bit>
#include <charconv>

namespace godwit::wire {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// inet_pton reads a C string: a NUL inside the text would hide what follows it.
bool read_address(int family, std::string_view text, void* into) {
    return !text.contains('\0') && inet_pton(family, std::string(text).c_str(), into) == 1;
}

std::string write_address(int family, const void* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return inet_ntop(family, address, text.data(), text.size());
}

std::uint8_t network_bits(std::size_t octet, std::size_t prefix_length) {
    const std::size_t before = octet * 8;
    if (prefix_length <= before) {
        return 0;
    }
    const std::size_t bits = std::min<std::size_t>(prefix_length - before, 8);
    return static_cast<std::uint8_t>(0xff00U >> bits);
}

}  // namespace

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
    Ipv4Address address;
    if (!read_address(AF_INET, text, address.octets.data())) {
        return std::nullopt;
    }
    return address;
}

std::string Ipv4Address::text() const {
    return write_address(AF_INET, octets.data());
}

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text) {
    Ipv6Address address;
    if (!read_address(AF_INET6, text, address.octets.data())) {
        return std::nullopt;
    }
    return address;
}

Ipv6Address Ipv6Address::mapped(Ipv4Address address) {
    Ipv6Address mapped;
    std::ranges::copy(mapped_prefix, mapped.octets.begin());
    std::ranges::copy(address.octets, mapped.octets.begin() + mapped_prefix.size());
    return mapped;
}

std::string Ipv6Address::text() const {
    return write_address(AF_INET6, octets.data());
}

bool Ipv6Address::is_loopback() const {
    constexpr Ipv6Address loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    return *this == loopback;
}

std::optional<Ipv4Address> Ipv6Address::mapped_ipv4() const {
    if (!std::ranges::equal(BytesView(octets).first<mapped_prefix.size()>(), mapped_prefix)) {
        return std::nullopt;
    }
    Ipv4Address address;
    std::ranges::copy(BytesView(octets).last<4>(), address.octets.begin());
    return address;
}

bool Ipv6Address::is_unicast_routable() const {
    return !is_multicast() && !is_unspecified() && !is_loopback() && !is_link_local() &&
           !mapped_ipv4();
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = Ipv6Address::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    std::uint8_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (!address || error != std::errc{} || end != digits.data() + digits.size() || length > 128) {
        return std::nullopt;
    }
    for (std::size_t octet = 0; octet < address->octets.size(); ++octet) {
        if ((address->octets[octet] & ~network_bits(octet, length)) != 0) {
            return std::nullopt;
        }
    }
    return Prefix{*address, length};
}

std::string Prefix::text() const {
    return address.text() + '/' + std::to_string(length);
}

bool Prefix::contains(const Ipv6Address& other) const {
    for (std::size_t octet = 0; octet < address.octets.size(); ++octet) {
        const auto difference =
            static_cast<std::uint8_t>(address.octets[octet] ^ other.octets[octet]);
        if ((difference & network_bits(octet, length)) != 0) {
            return false;
        }
    }
    return true;
}

}  // namespace godwit::wire

std::size_t std::hash<godwit::wire::Ipv6Address>::operator()(
    const godwit::wire::Ipv6Address& address) const noexcept {
    const auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(address.octets);
    // The addresses of one prefix differ in a few bits only, wherever the byte order puts them.
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (high * golden_ratio) + low;
    mixed = (mixed ^ mixed >> 32U) * golden_ratio;
    return mixed ^ mixed >> 32U;
}
