#pragma once
// Hashes what tunnels are found by, with random keys of each table's own. Nobody who does not know
// them can tell which addresses share a place in it, so nobody can choose them so.

#include <array>
#include <bit>
#include <cstdint>

#include "shared/mobility/session.hpp"
#include "shared/security/random.hpp"
#include "shared/wire/address.hpp"

namespace godwit::datapath {

class KeyedHash {
  public:
    // All 64 bits are equally good.
    [[nodiscard]] std::uint64_t operator()(const wire::Ipv6Address& address) const {
        const auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(address.octets);
        return mix(high, low);
    }
    template <class Tag>
    [[nodiscard]] std::uint64_t operator()(const wire::Role<Tag>& role) const {
        return (*this)(role.address);
    }
    [[nodiscard]] std::uint64_t operator()(const wire::Prefix& prefix) const {
        const auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(prefix.address.octets);
        return mix(high, low) ^ mix(1, prefix.length);
    }
    [[nodiscard]] std::uint64_t operator()(mobility::SessionId id) const { return mix(0, id.spi); }

  private:
    __extension__ typedef unsigned __int128 Product;

    static std::uint64_t random_key() {
        return std::uint64_t{security::random_number()} << 32U | security::random_number();
    }

    // Each bit of a product of 128 bits depends on those below it, and the halves are put together.
    static std::uint64_t fold(std::uint64_t one, std::uint64_t other) {
        const Product product = Product{one} * other;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }

    [[nodiscard]] std::uint64_t mix(std::uint64_t high, std::uint64_t low) const {
        return fold(fold(high ^ keys_[0], low ^ keys_[1]) ^ keys_[2], keys_[3]);
    }

    std::array<std::uint64_t, 4> keys_{random_key(), random_key(), random_key(), random_key() | 1U};
};

}  // namespace godwit::datapath
