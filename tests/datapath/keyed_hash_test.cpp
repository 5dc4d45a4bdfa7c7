#include "shared/datapath/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

wire::Ipv6Address numbered(std::size_t number, std::size_t last_octet) {
    wire::Ipv6Address address = test::ip("2001:db8:f::");
    for (std::size_t octet = 0; octet < 4; ++octet) {
        address.octets[last_octet - octet] = static_cast<std::uint8_t>(number >> (8 * octet));
    }
    return address;
}

constexpr std::size_t addresses = 65'536;

// How many addresses share the fullest of as many places, by eight bits of the hash and more.
template <class HashOf>
std::size_t fullest(HashOf hash_of, unsigned lowest_bit) {
    std::vector<std::size_t> places(addresses / 4);
    for (std::size_t number = 0; number < addresses; ++number) {
        ++places[(hash_of(number) >> lowest_bit) % places.size()];
    }
    return std::ranges::max(places);
}

// Of four on average, 30 are in one place less than once in 10^11 hashes.
TEST(KeyedHash, SpreadsAddressesThatFollowEachOther) {
    for (int round = 0; round < 20; ++round) {
        const KeyedHash hash;
        for (const std::size_t last_octet : {7U, 9U, 15U}) {
            const auto hash_of = [&](std::size_t number) {
                return hash(numbered(number, last_octet));
            };
            EXPECT_LT(fullest(hash_of, 0), 30U);
            EXPECT_LT(fullest(hash_of, 50), 30U);
        }
    }
}

TEST(KeyedHash, SpreadsSessionsThatFollowEachOther) {
    const KeyedHash hash;
    const auto hash_of = [&](std::size_t number) {
        return hash(mobility::SessionId{static_cast<std::uint32_t>(number) | 0x8000'0000U});
    };
    EXPECT_LT(fullest(hash_of, 0), 30U);
    EXPECT_LT(fullest(hash_of, 50), 30U);
}

TEST(KeyedHash, ChangesHalfOfItsBitsWithEachBitOfAnAddress) {
    const KeyedHash hash;
    const wire::Ipv6Address address = test::ip("2001:db8:f::9");
    int changed = 0;
    for (std::size_t bit = 0; bit < 128; ++bit) {
        wire::Ipv6Address other = address;
        other.octets[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        changed += std::popcount(hash(address) ^ hash(other));
    }
    EXPECT_GT(changed, 128 * 32 * 3 / 4);
    EXPECT_LT(changed, 128 * 32 * 5 / 4);
}

TEST(KeyedHash, IsTheSameForAnAddressInWhateverRole) {
    const KeyedHash hash;
    EXPECT_EQ(hash(test::home), hash(test::home.address));
}

TEST(KeyedHash, DiffersFromOneTableToTheNext) {
    EXPECT_NE(KeyedHash()(test::home), KeyedHash()(test::home));
    EXPECT_NE(KeyedHash()(mobility::SessionId{1}), KeyedHash()(mobility::SessionId{1}));
}

}  // namespace
}  // namespace godwit::datapath
