#include "shared/datapath/packet_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace godwit::datapath {
namespace {

constexpr std::size_t longest = 65'613;  // octets: 32 cells
constexpr std::size_t in_cells = 32;
constexpr std::size_t as_tcp_fills_it = 64'801;

class PacketPoolTest : public testing::Test {
  protected:
    // So many octets are read and kept, and there is room for the next.
    std::size_t keep(std::size_t octets) {
        const auto number = pool_.keep(octets);
        EXPECT_TRUE(pool_.find_landing());
        return number;
    }
    // The first cell of it, counted from the very first.
    std::ptrdiff_t cell_of(std::size_t number) {
        return (pool_.octets(number).data() - begin_) / static_cast<long>(PacketPool::cell);
    }
    // Until there is no room for the next of the longest: all of them, the last being too many.
    std::vector<std::size_t> fill_up(std::size_t octets) {
        std::vector<std::size_t> numbers{pool_.keep(octets)};
        while (pool_.find_landing()) {
            numbers.push_back(pool_.keep(octets));
        }
        return numbers;
    }

    PacketPool pool_{longest};
    const std::uint8_t* begin_ = pool_.landing().data();
};

TEST_F(PacketPoolTest, TakesNoMoreCellsThanAPacketNeeds) {
    EXPECT_EQ(pool_.landing().size(), longest);
    EXPECT_EQ(cell_of(keep(1)), 0);
    EXPECT_EQ(cell_of(keep(PacketPool::cell)), 1);
    const auto longer = keep(PacketPool::cell + 1);
    EXPECT_EQ(cell_of(longer), 2);
    EXPECT_EQ(pool_.cells_of(longer), 2U);
    EXPECT_EQ(pool_.octets(longer).size(), 2 * PacketPool::cell);
    EXPECT_EQ(cell_of(keep(1)), 4);
}

TEST_F(PacketPoolTest, KeepsWhatIsReadWhereItWasRead) {
    const std::uint8_t* read_to = pool_.landing().data();
    EXPECT_EQ(pool_.octets(keep(50'000)).data(), read_to);
}

TEST_F(PacketPoolTest, HasRoomFor19OfTheLongest) {
    EXPECT_EQ(fill_up(longest).size(), 20U) << "the last one where the next should be read to";
}

TEST_F(PacketPoolTest, HasRoomForMoreThan600ShortOnes) {
    EXPECT_EQ(fill_up(100).size(), PacketPool::cells - in_cells + 1);
}

TEST_F(PacketPoolTest, HasRoomForAnotherForEachThatIsReleased) {
    for (const std::size_t octets : {std::size_t{100}, as_tcp_fills_it, longest}) {
        auto numbers = fill_up(octets);
        std::mt19937 random(8290);
        for (int rounds = 0; rounds < 1'000; ++rounds) {
            auto& any = numbers[random() % numbers.size()];
            pool_.release(std::exchange(any, numbers.back()));
            ASSERT_TRUE(pool_.find_landing()) << octets;
            numbers.back() = pool_.keep(octets);
            ASSERT_FALSE(pool_.find_landing());
        }
        for (const std::size_t number : numbers) {
            pool_.release(number);
        }
        ASSERT_TRUE(pool_.find_lowest_landing());
    }
}

TEST_F(PacketPoolTest, UsesTheLowestCellsFirst) {
    for (int packets = 0; packets < 1'000; ++packets) {
        ASSERT_TRUE(pool_.find_lowest_landing());
        const auto number = keep(100);
        ASSERT_EQ(cell_of(number), 0);
        pool_.release(number);
    }
}

TEST_F(PacketPoolTest, MovesAShortOneIntoAGap) {
    keep(100);
    const auto gap = keep(100);
    keep(100);
    pool_.release(gap);
    const std::uint8_t* read_to = pool_.landing().data();
    std::ranges::fill(pool_.landing().first(100), std::uint8_t{7});
    const auto moved = keep(100);
    EXPECT_EQ(cell_of(moved), 1);
    EXPECT_EQ(std::ranges::count(pool_.octets(moved).first(100), std::uint8_t{7}), 100);
    EXPECT_EQ(pool_.landing().data(), read_to);
}

TEST_F(PacketPoolTest, NeedsTheLastOneNoMoreIfItIsReleasedItself) {
    const auto numbers = fill_up(longest);
    pool_.release(numbers.back());
    EXPECT_TRUE(pool_.find_landing());
}

// Whatever the lengths and the order in which they leave.
TEST_F(PacketPoolTest, NeverGivesTheSameOctetsTwice) {
    std::mt19937 random(6275);
    std::map<std::size_t, std::pair<std::size_t, std::uint8_t>> kept;  // length, what it is full of
    for (int round = 0; round < 10'000; ++round) {
        const std::size_t octets = 1 + random() % (random() % 3 != 0 ? 5'000 : longest);
        const auto mark = static_cast<std::uint8_t>(random());
        std::ranges::fill(pool_.landing().first(octets), mark);
        const auto number = pool_.keep(octets);
        ASSERT_FALSE(kept.contains(number));
        kept[number] = {octets, mark};
        while (!kept.empty() && (!pool_.find_landing() || random() % 9 == 0)) {
            const auto any = std::next(kept.begin(), static_cast<long>(random() % kept.size()));
            const auto [size, content] = any->second;
            ASSERT_EQ(std::ranges::count(pool_.octets(any->first).first(size), content),
                      static_cast<long>(size));
            pool_.release(any->first);
            kept.erase(any);
        }
        ASSERT_TRUE(random() % 2 == 0 ? pool_.find_landing() : pool_.find_lowest_landing());
    }
}

}  // namespace
}  // namespace godwit::datapath
