#include "shared/datapath/codel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using std::chrono::nanoseconds;

constexpr Instant begin = test::noon;
constexpr std::size_t long_queue = 1'000'000;  // octets
constexpr nanoseconds too_long = 10 * Codel::target;

// A packet each 100 µs that has waited too long, from one time to another: when it told.
std::vector<Instant> tells_between(Codel& codel, Instant from, Instant to) {
    std::vector<Instant> times;
    for (Instant now = from; now < to; now += 100us) {
        if (codel.tells(now, too_long, long_queue)) {
            times.push_back(now);
        }
    }
    return times;
}

TEST(Codel, KeepsQuietWhileNobodyWaitsForTheTarget) {
    Codel codel;
    for (Instant now = begin; now < begin + 10s; now += 1ms) {
        ASSERT_FALSE(codel.tells(now, Codel::target - 1ns, long_queue));
    }
}

TEST(Codel, KeepsQuietWhileTheQueueIsNoMoreThanATurnTakes) {
    Codel codel;
    for (Instant now = begin; now < begin + 10s; now += 1ms) {
        ASSERT_FALSE(codel.tells(now, too_long, Codel::short_queue));
    }
}

TEST(Codel, TellsWhenEverybodyHasWaitedForTheTargetForAnInterval) {
    Codel codel;
    EXPECT_FALSE(codel.tells(begin, Codel::target, Codel::short_queue + 1));
    EXPECT_FALSE(codel.tells(begin + Codel::interval - 1ns, Codel::target, Codel::short_queue + 1));
    EXPECT_TRUE(codel.tells(begin + Codel::interval, Codel::target, Codel::short_queue + 1));
}

TEST(Codel, BeginsAnIntervalAnewWithEachShortWait) {
    Codel codel;
    EXPECT_FALSE(codel.tells(begin, too_long, long_queue));
    EXPECT_FALSE(codel.tells(begin + 99ms, Codel::target - 1ns, long_queue));
    EXPECT_FALSE(codel.tells(begin + 100ms, too_long, long_queue));
    EXPECT_FALSE(codel.tells(begin + 199ms, too_long, long_queue));
    EXPECT_TRUE(codel.tells(begin + 200ms, too_long, long_queue));
}

TEST(Codel, TellsTheMoreOftenTheLongerItLasts) {
    Codel codel;
    const auto times = tells_between(codel, begin, begin + 3s);
    ASSERT_GT(times.size(), 100U);
    double expected = 0;  // of the times since the first, in seconds
    for (std::size_t told = 1; told < times.size(); ++told) {
        expected += 0.1 / std::sqrt(static_cast<double>(told));
        const auto since = std::chrono::duration<double>(times[told] - times.front());
        EXPECT_NEAR(since.count(), expected, 0.000'2) << told;
    }
}

TEST(Codel, LeavesOffOnceTheQueueIsShort) {
    Codel codel;
    ASSERT_FALSE(tells_between(codel, begin, begin + 1s).empty());
    EXPECT_TRUE(codel.is_telling());
    EXPECT_FALSE(codel.tells(begin + 1s, too_long, Codel::short_queue));
    EXPECT_FALSE(codel.is_telling());
    const auto again = tells_between(codel, begin + 1s, begin + 2s);
    ASSERT_FALSE(again.empty());
    EXPECT_EQ(again.front(), begin + 1s + Codel::interval);
}

nanoseconds second_gap(nanoseconds pause) {
    Codel codel;
    EXPECT_GT(tells_between(codel, begin, begin + 2s).size(), 50U);
    EXPECT_FALSE(codel.tells(begin + 2s, 0ns, 0));
    const auto again = tells_between(codel, begin + 2s + pause, begin + 3s + pause);
    return again.size() < 2 ? 0ns : again[1] - again[0];
}

TEST(Codel, RemembersForAWhileHowOftenItHadToTell) {
    EXPECT_LT(second_gap(1s), Codel::interval / 5);
    EXPECT_GE(second_gap(2s), Codel::interval);
}

}  // namespace
}  // namespace godwit::datapath
