#include "shared/datapath/packet_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace godwit::datapath {
namespace {

constexpr std::size_t longest = 65'613;  // octets: 33 cells

TEST(PacketPool, TakesNoMoreCellsThanAPacketNeeds) {
    PacketPool pool(longest);
    EXPECT_EQ(pool.landing().size(), longest);
    EXPECT_EQ(pool.keep(1), 0U);
    ASSERT_TRUE(pool.find_landing());
    EXPECT_EQ(pool.keep(PacketPool::cell), 1U);
    ASSERT_TRUE(pool.find_landing());
    EXPECT_EQ(pool.keep(PacketPool::cell + 1), 2U);
    ASSERT_TRUE(pool.find_landing());
    EXPECT_EQ(pool.keep(1), 4U);
    EXPECT_EQ(pool.cells_at(2), 2U);
    EXPECT_EQ(pool.octets(2).size(), 2 * PacketPool::cell);
}

TEST(PacketPool, KeepsWhatIsReadWhereItWasRead) {
    PacketPool pool(longest);
    std::ranges::fill(pool.landing().first(5'000), std::uint8_t{7});
    const auto place = pool.keep(5'000);
    EXPECT_EQ(std::ranges::count(pool.octets(place).first(5'000), std::uint8_t{7}), 5'000);
}

std::size_t filled(PacketPool& pool, std::size_t octets) {
    std::size_t packets = 1;
    for (pool.keep(octets); pool.find_landing(); ++packets) {
        pool.keep(octets);
    }
    return packets;
}

TEST(PacketPool, HasRoomForAtLeast18OfTheLongest) {
    PacketPool pool(longest);
    EXPECT_GE(filled(pool, longest), 18U);
}

TEST(PacketPool, HasRoomForMoreThan600ShortOnes) {
    PacketPool pool(longest);
    EXPECT_GT(filled(pool, 100), 600U);
}

TEST(PacketPool, HasRoomAgainForWhatIsReleased) {
    PacketPool pool(longest);
    filled(pool, longest);
    pool.release(33);
    EXPECT_TRUE(pool.find_landing());
    EXPECT_EQ(pool.keep(longest), 33U);
    EXPECT_FALSE(pool.find_landing());
}

TEST(PacketPool, UsesTheLowestCellsFirst) {
    PacketPool pool(longest);
    for (int packets = 0; packets < 1'000; ++packets) {
        ASSERT_TRUE(pool.find_lowest_landing());
        const auto place = pool.keep(100);
        ASSERT_EQ(place, 0U);
        pool.release(place);
    }
}

// Whatever the lengths and the order in which they leave.
TEST(PacketPool, NeverGivesTheSameOctetsTwice) {
    std::mt19937 random(6275);
    PacketPool pool(longest);
    std::map<std::size_t, std::uint8_t> kept;  // place -> what is in it
    for (int round = 0; round < 20'000; ++round) {
        const bool is_short = random() % 2 == 0;
        const std::size_t octets = 1 + random() % (is_short ? 1'500 : longest);
        const auto mark = static_cast<std::uint8_t>(random());
        std::ranges::fill(pool.landing().first(octets), mark);
        const auto place = pool.keep(octets);
        ASSERT_FALSE(kept.contains(place));
        std::ranges::fill(pool.octets(place), mark);
        kept[place] = mark;
        while (!kept.empty() && (!pool.find_landing() || random() % 3 == 0)) {
            const auto any = std::next(kept.begin(), static_cast<long>(random() % kept.size()));
            const auto all = pool.octets(any->first);
            ASSERT_EQ(std::ranges::count(all, any->second), static_cast<long>(all.size()));
            pool.release(any->first);
            kept.erase(any);
        }
        ASSERT_TRUE(random() % 2 == 0 ? pool.find_landing() : pool.find_lowest_landing());
    }
}

}  // namespace
}  // namespace godwit::datapath
