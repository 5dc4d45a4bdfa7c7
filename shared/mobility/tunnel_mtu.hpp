#pragma once
// How long an inner packet may be, so that its outer packet fits the path: RFC 2473 §6.7 and §7,
// RFC 4303, RFC 5555 §4.1.1. Everything in octets.

#include <algorithm>
#include <cstdint>

#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"

namespace godwit::mobility {

inline constexpr std::uint32_t min_ipv6_mtu = 1280;  // RFC 8200 §5
inline constexpr std::uint32_t min_ipv4_mtu = 68;    // RFC 791: what every module must forward

// What a tunnel carries now. Longer packets than `inner` are refused by ICMP; those longer than
// `whole`, which is less only where the path has no room for an inner packet of 1280 octets, leave
// in fragments of the outer packet (RFC 2473 §7.2).
struct TunnelMtu {
    std::uint32_t inner = min_ipv6_mtu;
    std::uint32_t whole = min_ipv6_mtu;
    bool operator==(const TunnelMtu&) const = default;

    // For a path that carries inner packets of `whole` octets in one piece: IPv6 must be able to
    // rely on 1280.
    static constexpr TunnelMtu of(std::uint32_t whole) {
        return {.inner = std::max(whole, min_ipv6_mtu), .whole = whole};
    }
};

// What is between the path's IP header and the inner packet.
struct TunnelOverhead {
    Encapsulation encapsulation = Encapsulation::ip6;
    bool is_ipv4 = false;  // the outer packet
    bool is_sealed = true;

    static TunnelOverhead of(const Path& path, Protection protection) {
        return {.encapsulation = path.encapsulation,
                .is_ipv4 = path.is_ipv4(),
                .is_sealed = protection == Protection::sealed};
    }
    [[nodiscard]] constexpr std::uint32_t headers() const {
        return (is_ipv4 ? 20U : 40U) + (encapsulation == Encapsulation::udp ? 8U : 0U);
    }
    // The longest inner packet whose outer packet has at most `outer` octets; 0: none has.
    [[nodiscard]] constexpr std::uint32_t inner(std::uint32_t outer) const {
        const std::uint32_t room = outer - std::min(outer, headers());
        if (!is_sealed) {
            return room;
        }
        const std::uint32_t payload = (room - std::min(room, esp_fixed)) / 4 * 4;
        return payload - std::min(payload, esp_trailer);
    }
    // The outer packet of an inner packet.
    [[nodiscard]] constexpr std::uint32_t outer(std::uint32_t inner) const {
        const std::uint32_t padded = (inner + esp_trailer + 3) / 4 * 4;
        return headers() + (is_sealed ? esp_fixed + padded : inner);
    }

  private:
    // SPI and sequence number, explicit IV, integrity check value.
    static constexpr std::uint32_t esp_fixed = 8 + 8 + 16;
    static constexpr std::uint32_t esp_trailer = 2;  // pad length, next header
};

static_assert(TunnelOverhead{}.inner(1500) == 1426);
static_assert(TunnelOverhead{}.outer(1426) == 1500);
static_assert(TunnelOverhead{.is_sealed = false}.inner(1500) == 1460);
static_assert(TunnelOverhead{.encapsulation = Encapsulation::udp, .is_ipv4 = true}.inner(1500) ==
              1438);

}  // namespace godwit::mobility
