#pragma once
// Which pair of workers carries the packets of a home address, where there are several pairs
// (shards) (decision 0038). All sessions of a home address belong to its shard, so that no table is
// shared and packets keep their order. The kernel computes the same of each packet:
// platform/shard_filters.hpp and platform/tun_steering.hpp have the programs.

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"

namespace godwit::mobility {

struct Shard {
    std::uint16_t number = 0;  // from 0 on
    auto operator<=>(const Shard&) const = default;
};

class Shards {
  public:
    static constexpr std::uint16_t most = 16;
    // Odd, and near to 2^32 by the golden ratio: neighbours come to lie far apart.
    static constexpr std::uint32_t multiplier = 0x9e3779b1;

    Shards() = default;  // one
    // At least 1, at most `most`.
    explicit constexpr Shards(std::size_t count)
        : count_(static_cast<std::uint16_t>(std::clamp<std::size_t>(count, 1, most))) {}

    [[nodiscard]] constexpr std::uint16_t count() const { return count_; }

    [[nodiscard]] constexpr Shard of(const wire::HomeAddress& home) const {
        return {static_cast<std::uint16_t>(hash(home.address) % count_)};
    }
    // The home agent chooses its sessions' SPIs so that this is the shard of their home address.
    [[nodiscard]] constexpr Shard of(SessionId session) const {
        return {static_cast<std::uint16_t>(session.spi % count_)};
    }

    // Of the low 96 bits: addresses of one prefix differ there.
    static constexpr std::uint16_t hash(const wire::Ipv6Address& address) {
        std::uint32_t mixed = word(address, 4) ^ word(address, 8) ^ word(address, 12);
        mixed *= multiplier;
        mixed ^= mixed >> 16U;
        return static_cast<std::uint16_t>(mixed & 0xffffU);
    }

  private:
    static constexpr std::uint32_t word(const wire::Ipv6Address& address, std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t octet = at; octet < at + 4; ++octet) {
            value = value << 8U | address.octets[octet];
        }
        return value;
    }

    std::uint16_t count_ = 1;
};

}  // namespace godwit::mobility
