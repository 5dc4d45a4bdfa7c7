#include "shared/security/replay_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <thread>

namespace godwit::security {
namespace {

// Offers a number as a packet would be; true if it was taken.
bool take(ReplayWindow& window, std::uint32_t sequence) {
    if (!window.is_fresh(sequence)) {
        return false;
    }
    window.advance(sequence);
    return true;
}

using Gap = mobility::Reception::Gap;

constexpr std::uint32_t size = ReplayWindow::size;

TEST(ReplayWindow, HoldsAtLeast8192Packets) {
    EXPECT_GE(size, 8192U);
}

TEST(ReplayWindow, NeverTakesZero) {  // RFC 4303 §3.3.3: numbers begin with 1
    ReplayWindow window;
    EXPECT_FALSE(take(window, 0));
    EXPECT_TRUE(take(window, 1));
    EXPECT_FALSE(take(window, 0));
}

TEST(ReplayWindow, TakesEveryNumberOnce) {
    ReplayWindow window;
    for (std::uint32_t sequence = 1; sequence <= 3 * size; ++sequence) {
        EXPECT_TRUE(take(window, sequence));
        EXPECT_FALSE(take(window, sequence));
    }
}

TEST(ReplayWindow, TakesNumbersInReverseAsFarAsItReaches) {
    ReplayWindow window;
    for (std::uint32_t sequence = size; sequence > 0; --sequence) {
        EXPECT_TRUE(take(window, sequence)) << sequence;
    }
    for (std::uint32_t sequence = 1; sequence <= size; ++sequence) {
        EXPECT_FALSE(take(window, sequence)) << sequence;
    }
}

TEST(ReplayWindow, EndsWhereItSays) {
    ReplayWindow window;
    EXPECT_TRUE(take(window, size + 100));
    EXPECT_FALSE(take(window, 100));
    EXPECT_TRUE(take(window, 101));
}

struct Step {
    std::uint32_t sequence;
    bool taken;
};

// The table that WireGuard tests its window with, with our size and first number.
TEST(ReplayWindow, DecidesAsWireGuardsTableHasIt) {
    ReplayWindow window;
    constexpr std::uint32_t top = std::numeric_limits<std::uint32_t>::max();
    for (const Step& step : {
             Step{1, true},
             {2, true},
             {2, false},
             {10, true},
             {9, true},
             {9, false},
             {8, true},
             {16, true},
             {16, false},
             {16, false},
             {16, false},
             {size, true},
             {size - 1, true},
             {size - 1, false},
             {size - 2, true},
             {3, true},
             {3, false},
             {size + 17, true},
             {4, false},
             {17, false},
             {16, false},
             {18, true},
             {18, false},
             {3 * size, true},
             {2 * size + 1, true},
             {2 * size, false},
             {2 * size + 1, false},
             {4 * size + 6500, true},
             {4 * size + 5500, true},
             {4 * size + 6500, false},
             {top - 1, true},
             {top, true},
             {top, false},
             {top - 1, false},
             {top - 2, true},
             {top - size, false},
             {top - size + 1, true},
             {0, false},
             {1, false},
         }) {
        EXPECT_EQ(take(window, step.sequence), step.taken) << step.sequence;
    }
}

TEST(ReplayWindow, IsNotMovedByAPacketThatWasOnlyLookedAt) {
    ReplayWindow window;
    EXPECT_TRUE(window.is_fresh(1'000'000));
    EXPECT_TRUE(take(window, 1));
    EXPECT_EQ(window.highest(), 1U);
}

TEST(ReplayWindow, DecidesAsASetOfAllNumbersWould) {
    ReplayWindow window;
    std::set<std::uint32_t> seen;
    std::uint32_t highest = 0;
    std::mt19937 random(2024);
    for (int step = 0; step < 200'000; ++step) {
        const std::uint32_t ahead = std::uniform_int_distribution<std::uint32_t>(0, 90)(random);
        const std::uint32_t behind =
            std::uniform_int_distribution<std::uint32_t>(0, size + 200)(random);
        const std::uint32_t sequence =
            step % 3 != 0 || behind > highest ? highest + ahead : highest - behind;
        const bool expected = sequence != 0 && (sequence > highest || highest - sequence < size) &&
                              !seen.contains(sequence);
        ASSERT_EQ(take(window, sequence), expected) << "step " << step << ": " << sequence;
        seen.insert(sequence);
        highest = std::max(highest, sequence);
    }
}

TEST(ReplayWindow, TellsWhatHasComeInAndWhatIsMissing) {
    ReplayWindow window;
    EXPECT_EQ(window.read(), mobility::Reception{});
    for (const std::uint32_t sequence : {1U, 2U, 5U, 6U, 70U, 300U}) {
        EXPECT_TRUE(take(window, sequence));
    }
    const auto read = window.read();
    EXPECT_EQ(read.highest, 300U);
    EXPECT_THAT(read.gaps, testing::ElementsAre(Gap{71, 299}, Gap{7, 69}, Gap{3, 4}));
}

// What a path has put out of order must not keep it from telling what was lost before.
TEST(ReplayWindow, TellsOfMoreGapsThanThereIsRoomForByJoiningTheClosest) {
    ReplayWindow window;
    for (std::uint32_t sequence = 1; sequence <= 300; ++sequence) {
        const bool is_lost = sequence > 10 && sequence <= 20;
        const bool is_late = sequence > 100 && sequence % 2 != 0;
        if (!is_lost && !is_late) {
            EXPECT_TRUE(take(window, sequence));
        }
    }
    EXPECT_THAT(window.read().gaps, testing::ElementsAre(Gap{101, 299}, Gap{11, 20}));
}

TEST(ReplayWindow, TellsOfAsManyGapsAsThereIsRoomFor) {
    ReplayWindow window;
    for (std::uint32_t sequence = 2; sequence <= 2 * mobility::Reception::max_gaps; sequence += 2) {
        EXPECT_TRUE(take(window, sequence));
    }
    EXPECT_EQ(window.read().gaps.size(), mobility::Reception::max_gaps);
}

TEST(ReplayWindow, TellsOfNoGapThatItHasForgotten) {
    ReplayWindow jumped;
    EXPECT_TRUE(take(jumped, 1));
    EXPECT_TRUE(take(jumped, 3 * size));
    ASSERT_EQ(jumped.read().gaps.size(), 1U);
    EXPECT_GT(jumped.read().gaps.front().first, 2 * size);
}

TEST(ReplayWindow, ReadByAnotherThreadTellsOfNothingThatHasNotComeIn) {
    ReplayWindow window;
    constexpr std::uint32_t last = 2'000'000;
    std::jthread writer([&window] {
        for (std::uint32_t sequence = 1; sequence <= last; ++sequence) {
            if (sequence % 5 != 0) {
                window.advance(sequence);
            }
        }
    });
    while (window.highest() < last - 1) {
        const auto read = window.read();
        for (std::uint32_t sequence = read.highest - read.highest % 5;
             sequence > 0 && sequence + 200 > read.highest; sequence -= 5) {
            ASSERT_TRUE(read.is_missing(sequence)) << sequence << " of " << read.highest;
        }
    }
}

// Whatever the order, and however much stays away for how long.
TEST(ReplayWindow, TakesEachNumberOnceAndTellsWhatIsMissing) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        std::mt19937 engine(seed);
        const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
        const unsigned loss = seed % 4 * 5;  // per cent
        ReplayWindow window;
        std::set<std::uint32_t> taken;
        for (std::uint32_t sequence = 1; sequence <= 3000; ++sequence) {
            if (random() % 100 < loss || (seed % 8 == 7 && random() % 500 == 0)) {
                sequence += random() % (seed % 8 == 7 ? 300U : 2U);
            }
            const std::uint32_t back = random() % 200;
            for (const std::uint32_t each : {sequence, sequence > back ? sequence - back : 1}) {
                ASSERT_EQ(window.is_fresh(each), !taken.contains(each)) << seed << ' ' << each;
                if (taken.insert(each).second) {
                    window.advance(each);
                }
            }
            const auto reading = window.read();
            ASSERT_EQ(reading.highest, *taken.rbegin());
            const auto missing = *taken.rbegin() - taken.size();
            const auto told = reading.count_missing(1, reading.highest);
            // Of more gaps than can be told some are told as one.
            ASSERT_TRUE(told == missing || (told > missing && missing > reading.max_gaps))
                << seed << ' ' << sequence;
        }
    }
}

}  // namespace
}  // namespace godwit::security
