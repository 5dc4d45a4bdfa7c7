#include "shared/wire/address.hpp"

#include <arpa/inet.h>

#include <bit>
#include <charconv>
#include <system_error>
#include <utility>

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

constexpr std::uint8_t mapped_bits = 8 * mapped_prefix.size();

template <class Address>
std::optional<std::pair<Address, std::uint8_t>> address_and_length(std::string_view text,
                                                                   std::uint8_t most) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = Address::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    std::uint8_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (!address || error != std::errc{} || end != digits.data() + digits.size() || length > most) {
        return std::nullopt;
    }
    return std::pair(*address, length);
}

std::optional<Prefix> without_host_bits(const Ipv6Address& address, std::uint8_t length) {
    for (std::size_t octet = 0; octet < address.octets.size(); ++octet) {
        if ((address.octets[octet] & ~network_bits(octet, length)) != 0) {
            return std::nullopt;
        }
    }
    return Prefix{address, length};
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

bool Ipv4Address::is_unicast_routable() const {
    constexpr std::uint8_t this_network = 0;
    constexpr std::uint8_t loopback = 127;
    constexpr std::uint8_t first_multicast = 224;  // and what is reserved above it
    const bool is_link_local = octets[0] == 169 && octets[1] == 254;
    return octets[0] != this_network && octets[0] != loopback && octets[0] < first_multicast &&
           !is_link_local;
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
    const auto written = address_and_length<Ipv6Address>(text, 128);
    return written ? without_host_bits(written->first, written->second) : std::nullopt;
}

std::optional<Prefix> Prefix::parse_ipv4(std::string_view text) {
    const auto written = address_and_length<Ipv4Address>(text, 32);
    return written ? without_host_bits(Ipv6Address::mapped(written->first),
                                       static_cast<std::uint8_t>(mapped_bits + written->second))
                   : std::nullopt;
}

Prefix Prefix::around(const Ipv6Address& address, std::uint8_t length) {
    Prefix prefix{address, length};
    for (std::size_t octet = 0; octet < address.octets.size(); ++octet) {
        prefix.address.octets[octet] &= network_bits(octet, length);
    }
    return prefix;
}

std::string Prefix::text() const {
    return is_ipv4() ? address.mapped_ipv4()->text() + '/' + std::to_string(length - mapped_bits)
                     : address.text() + '/' + std::to_string(length);
}

bool Prefix::is_ipv4() const {
    return length >= mapped_bits && address.mapped_ipv4();
}

bool Prefix::contains(const Ipv6Address& other) const {
    const std::size_t whole = std::min<std::size_t>(length / 8, address.octets.size());
    return std::equal(address.octets.begin(), address.octets.begin() + whole,
                      other.octets.begin()) &&
           (whole == address.octets.size() ||
            ((address.octets[whole] ^ other.octets[whole]) & network_bits(whole, length)) == 0);
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
