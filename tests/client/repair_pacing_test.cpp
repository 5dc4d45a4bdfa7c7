#include "client/core/repair_pacing.hpp"

#include <gtest/gtest.h>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr mobility::Instant noon{12h};

TEST(RepairPacing, LooksAMomentAfterTheFirstEvent) {
    RepairPacing pacing;
    EXPECT_FALSE(pacing.due());
    pacing.on_event(noon);
    pacing.on_event(noon + 49ms);
    EXPECT_EQ(pacing.due(), noon + 50ms);
    EXPECT_FALSE(pacing.is_due(noon + 50ms - 1ns));
    EXPECT_TRUE(pacing.is_due(noon + 50ms));
    pacing.on_look(noon + 50ms);
    EXPECT_FALSE(pacing.due());
}

TEST(RepairPacing, LooksAFewTimesASecondHoweverManyEventsThereAre) {
    RepairPacing pacing;
    int looks = 0;
    for (mobility::Instant now = noon; now < noon + 10s; now += 1ms) {
        pacing.on_event(now);
        if (pacing.is_due(now)) {
            pacing.on_look(now);
            ++looks;
        }
    }
    EXPECT_GE(looks, 40);
    EXPECT_LE(looks, 54);
}

TEST(RepairPacing, NeverWaitsForASecond) {
    RepairPacing pacing;
    for (int look = 0; look < 4; ++look) {
        pacing.on_event(noon);
        pacing.on_look(noon);
    }
    pacing.on_event(noon);
    EXPECT_EQ(pacing.due(), noon + 800ms);
}

TEST(RepairPacing, CountsTheRepairsOfTheLastMinute) {
    RepairPacing pacing;
    pacing.on_repaired(noon);
    pacing.on_repaired(noon + 30s);
    EXPECT_EQ(pacing.repairs(noon + 60s - 1ns), 2U);
    EXPECT_EQ(pacing.repairs(noon + 60s), 1U);
    EXPECT_EQ(pacing.repairs(noon + 90s), 0U);
}

}  // namespace
}  // namespace godwit::client
