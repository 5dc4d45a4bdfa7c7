#pragma once
// How long an inner packet may be, so that its outer packet fits the path: RFC 2473 §6.7, RFC 4303.

#include <algorithm>
#include <cstdint>

namespace godwit::datapath {

inline constexpr std::uint32_t ipv6_header_length = 40;
inline constexpr std::uint32_t min_ipv6_mtu =
    1280;  // RFC 8200 §5: never less; the outer is fragmented

// Octets, for a path that takes outer packets of `path_mtu` octets.
constexpr std::uint32_t plain_tunnel_mtu(std::uint32_t path_mtu) {
    return std::max(path_mtu - std::min(path_mtu, ipv6_header_length), min_ipv6_mtu);
}

constexpr std::uint32_t sealed_tunnel_mtu(std::uint32_t path_mtu) {
    // SPI and sequence number, explicit IV, integrity check value.
    constexpr std::uint32_t esp_fixed = 8 + 8 + 16;
    constexpr std::uint32_t trailer = 2;  // pad length, next header; the whole a multiple of 4
    const std::uint32_t outer = std::max(path_mtu, min_ipv6_mtu) - ipv6_header_length - esp_fixed;
    return std::max(outer / 4 * 4 - trailer, min_ipv6_mtu);
}

static_assert(sealed_tunnel_mtu(1500) == 1426);
static_assert(plain_tunnel_mtu(1500) == 1460);
static_assert(sealed_tunnel_mtu(1280) == 1280);

}  // namespace godwit::datapath
