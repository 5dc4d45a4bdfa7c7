#include "shared/mobility/shard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace godwit::mobility {
namespace {

wire::HomeAddress home(std::uint16_t subnet, std::uint32_t host) {
    wire::HomeAddress address{{0x20, 0x01, 0x0d, 0xb8, 0x00, 0x0f}};
    auto& octets = address.address.octets;
    octets[6] = static_cast<std::uint8_t>(subnet >> 8U);
    octets[7] = static_cast<std::uint8_t>(subnet & 0xffU);
    for (unsigned place = 0; place < 4; ++place) {
        octets[15 - place] = static_cast<std::uint8_t>(host >> (8 * place) & 0xffU);
    }
    return address;
}

TEST(Shards, AreOneWhereNothingIsSaid) {
    EXPECT_EQ(Shards().count(), 1);
    EXPECT_EQ(Shards().of(home(0, 9)), Shard{0});
    EXPECT_EQ(Shards().of(SessionId{0xffffffff}), Shard{0});
}

TEST(Shards, AreBetweenOneAndSixteen) {
    EXPECT_EQ(Shards(0).count(), 1);
    EXPECT_EQ(Shards(3).count(), 3);
    EXPECT_EQ(Shards(16).count(), 16);
    EXPECT_EQ(Shards(17).count(), 16);
}

TEST(Shards, AreNamedByAnSpi) {
    EXPECT_EQ(Shards(3).of(SessionId{0x80000000}), Shard{2});
    EXPECT_EQ(Shards(3).of(SessionId{0x80000001}), Shard{0});
    EXPECT_EQ(Shards(16).of(SessionId{0xffffffff}), Shard{15});
}

// What the kernel's programs compute must never become something else by accident.
TEST(Shards, AreNamedByAHashOfTheHomeAddress) {
    EXPECT_EQ(Shards::hash(wire::Ipv6Address{}), 0);
    constexpr std::uint32_t mixed = (0xfU << 16U ^ 9U) * 0x9e3779b1U;
    EXPECT_EQ(Shards::hash(home(0, 9).address), (mixed ^ mixed >> 16U) & 0xffffU);
}

// Each may have half as many again as the even share.
template <class AddressOf>
void expect_even_shares(AddressOf address_of) {
    constexpr std::uint32_t homes = 1'600;
    for (std::size_t count = 2; count <= Shards::most; ++count) {
        std::array<std::uint32_t, Shards::most> shares{};
        for (std::uint32_t number = 1; number <= homes; ++number) {
            ++shares.at(Shards(count).of(address_of(number)).number);
        }
        for (std::size_t shard = 0; shard < count; ++shard) {
            EXPECT_LT(shares.at(shard) * count, homes + homes / 2) << count << " shards";
            EXPECT_GT(shares.at(shard) * count, homes / 2) << count << " shards";
        }
    }
}

TEST(Shards, HaveEvenSharesOfNeighbouringAddresses) {
    expect_even_shares([](std::uint32_t number) { return home(0, number); });
}

TEST(Shards, HaveEvenSharesOfAddressesWhoseLowOctetsAreTheSame) {
    expect_even_shares([](std::uint32_t number) { return home(0, number << 16U | 1U); });
}

TEST(Shards, HaveEvenSharesOfTheFirstAddressesOfManySubnets) {
    expect_even_shares(
        [](std::uint32_t number) { return home(static_cast<std::uint16_t>(number), 1); });
}

}  // namespace
}  // namespace godwit::mobility
