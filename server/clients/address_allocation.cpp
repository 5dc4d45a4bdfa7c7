#include "server/clients/address_allocation.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace godwit::server {
namespace {

// With at least this many bits there is room to begin higher up.
constexpr unsigned bits_of_a_large_prefix = 16;
constexpr std::uint16_t first_of_a_large_prefix = 0x100;
constexpr std::size_t interface_id_offset = 8;  // octets, RFC 4291 §2.5.1
constexpr unsigned bits_of_an_octet = 8;

// RFC 2526 §2: behind the prefix all ones, but for the universal/local bit of an interface
// identifier; the last seven bits say which anycast address it is.
bool is_reserved_anycast(const wire::Prefix& prefix, const wire::Ipv6Address& address) {
    constexpr std::uint8_t without_anycast_id = 121;
    constexpr std::uint8_t ones_without_universal_bit = 0xfd;
    const bool has_interface_id = prefix.length <= interface_id_offset * bits_of_an_octet;
    wire::Ipv6Address first = has_interface_id ? address : prefix.address;
    for (std::size_t octet = interface_id_offset; octet < first.octets.size(); ++octet) {
        const auto begin = static_cast<int>(octet * bits_of_an_octet);
        const int of_prefix = has_interface_id ? 0 : std::clamp(prefix.length - begin, 0, 8);
        first.octets.at(octet) |=
            static_cast<std::uint8_t>(0xffU >> static_cast<unsigned>(of_prefix));
    }
    if (has_interface_id) {
        first.octets.at(interface_id_offset) = ones_without_universal_bit;
    }
    return prefix.length <= without_anycast_id &&
           wire::Prefix::around(first, without_anycast_id).contains(address);
}

void increment(wire::Ipv6Address& address) {
    for (std::size_t octet = address.octets.size(); octet > 0; --octet) {
        if (++address.octets.at(octet - 1) != 0) {
            return;
        }
    }
}

}  // namespace

bool is_reserved(const HomeAddresses& addresses, const wire::Ipv6Address& address) {
    return address == addresses.home_agent.address || address == addresses.prefix.address ||
           is_reserved_anycast(addresses.prefix, address);
}

std::optional<wire::HomeAddress> next_free(const HomeAddresses& addresses,
                                           const std::set<wire::HomeAddress>& taken) {
    wire::Ipv6Address candidate = addresses.prefix.address;
    if (addresses.prefix.length <= 128 - bits_of_a_large_prefix) {
        candidate.octets.at(14) = first_of_a_large_prefix >> 8U;
    }
    while (addresses.prefix.contains(candidate) && !candidate.is_unspecified()) {
        if (!is_reserved(addresses, candidate) && !taken.contains({candidate})) {
            return wire::HomeAddress{candidate};
        }
        increment(candidate);
    }
    return std::nullopt;
}

}  // namespace godwit::server
