#include "client/core/look_pacing.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;

TEST(LookPacing, LooksAtOnceAtTheEventsOfAMove) {
    LookPacing pacing;
    for (auto now = noon; now < noon + 16us; now += 1us) {
        EXPECT_TRUE(pacing.on_event(now));
        pacing.on_look(now);
    }
    EXPECT_FALSE(pacing.on_event(noon + 17us));
    EXPECT_EQ(pacing.due(), noon + 320ms);
    EXPECT_FALSE(pacing.is_due(noon + 319ms));
    EXPECT_TRUE(pacing.is_due(noon + 320ms));
}

TEST(LookPacing, LooksFiftyTimesASecondInAStormAndOnceMoreAfterIt) {
    LookPacing pacing;
    int looks = 0;
    mobility::Instant last;
    for (auto now = noon; now < noon + 11s; now += 1ms) {
        if (now < noon + 10s ? pacing.on_event(now) : pacing.is_due(now)) {
            pacing.on_look(now);
            last = now;
            ++looks;
        }
    }
    EXPECT_LE(looks, (50 * 10) + 16);
    EXPECT_GE(last, noon + 10s - 1ms);
    EXPECT_FALSE(pacing.due());
}

TEST(LookPacing, LooksAgainSoonWhereTheNetworkCouldNotBeRead) {
    LookPacing pacing;
    ASSERT_TRUE(pacing.on_event(noon));
    pacing.on_look(noon);
    pacing.on_failure(noon);
    EXPECT_EQ(pacing.due(), noon + 10ms);
    EXPECT_FALSE(pacing.on_event(noon + 1ms));
    pacing.on_failure(noon, 1s);
    EXPECT_EQ(pacing.due(), noon + 1s);
}

}  // namespace
}  // namespace godwit::client
