#include "server/core/deadline_heap.hpp"

#include <map>
#include <random>
#include <unordered_map>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::noon;

struct Record {
    HeapPlace heap_place;
};

class OfHomes : public testing::Test {
  protected:
    static wire::HomeAddress home(std::uint8_t number) {
        wire::HomeAddress home = test::home;
        home.address.octets[15] = number;
        return home;
    }
    void put(std::uint8_t number, std::optional<mobility::Instant> deadline) {
        heap_.put(*records_.try_emplace(home(number)).first, deadline);
    }

    std::unordered_map<wire::HomeAddress, Record> records_;
    DeadlineHeap<Record> heap_;
};

using DeadlineHeapTest = OfHomes;

TEST_F(DeadlineHeapTest, NamesTheEarliest) {
    put(1, noon + 3s);
    put(2, noon + 1s);
    put(3, noon + 2s);
    EXPECT_EQ(heap_.next(), noon + 1s);
    EXPECT_FALSE(heap_.due(noon + 1s - 1ns));
    EXPECT_EQ(heap_.due(noon + 1s), home(2));
}

TEST_F(DeadlineHeapTest, FollowsADeadlineThatIsPutOff) {
    put(1, noon + 1s);
    put(2, noon + 2s);
    put(1, noon + 3s);
    EXPECT_EQ(heap_.due(noon + 9s), home(2));
}

TEST_F(DeadlineHeapTest, HasNothingWithoutDeadlines) {
    put(1, noon + 1s);
    put(1, std::nullopt);
    put(2, std::nullopt);
    EXPECT_FALSE(heap_.next());
    EXPECT_FALSE(heap_.due(noon + 1h));
}

TEST_F(DeadlineHeapTest, IsInOrderAfterAnyChanges) {
    std::map<std::uint8_t, mobility::Instant> expected;
    std::mt19937 random(1);  // the same changes each time
    for (int change = 0; change < 5000; ++change) {
        const auto number = static_cast<std::uint8_t>(random() % 64);
        if (random() % 4 == 0) {
            put(number, std::nullopt);
            expected.erase(number);
        } else {
            expected[number] = noon + std::chrono::milliseconds(random() % 1000);
            put(number, expected[number]);
        }
        std::optional<mobility::Instant> earliest;
        for (const auto& [of, deadline] : expected) {
            earliest = std::min(earliest.value_or(deadline), deadline);
        }
        ASSERT_EQ(heap_.next(), earliest) << "after change " << change;
        if (earliest) {
            ASSERT_EQ(expected.at(heap_.due(*earliest)->address.octets[15]), earliest);
        }
    }
}

}  // namespace
}  // namespace godwit::server
