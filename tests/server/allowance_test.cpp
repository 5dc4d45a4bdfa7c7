// How much of the home agent's attention one mobile node may have: the numbers, by themselves.

#include "server/core/allowance.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::noon;

TEST(Allowance, IsTwentyUpdatesASecondAnd32AtOnce) {
    Allowance allowance;
    int taken = 0;
    for (int update = 0; update < 1000; ++update) {
        taken += allowance.take_update(noon, false) ? 1 : 0;
    }
    EXPECT_EQ(taken, 32);
    EXPECT_FALSE(allowance.take_update(noon + 49ms, false));
    EXPECT_TRUE(allowance.take_update(noon + 50ms, false));
    EXPECT_FALSE(allowance.take_update(noon + 50ms, false));
}

// Whoever has recorded some could keep a mobile node from being heard.
TEST(Allowance, IsNotUsedUpByWhatIsSentAgain) {
    Allowance allowance;
    for (int again = 0; again < 1000; ++again) {
        (void)allowance.take_update(noon, true);
        (void)allowance.take_message(noon, false);
    }
    EXPECT_FALSE(allowance.take_update(noon, true));
    EXPECT_TRUE(allowance.take_update(noon, false));
    EXPECT_FALSE(allowance.take_message(noon, false));
    EXPECT_TRUE(allowance.take_message(noon, true));
}

TEST(Allowance, IsThirtyTwoWrongAnswersAndOneMoreEachSecond) {
    Allowance allowance;
    for (int wrong = 0; wrong < 32; ++wrong) {
        EXPECT_TRUE(allowance.may_answer(noon)) << "a few may be late";
        allowance.on_wrong_answer(noon);
    }
    EXPECT_FALSE(allowance.may_answer(noon));
    EXPECT_FALSE(allowance.may_answer(noon + 999ms));
    EXPECT_TRUE(allowance.may_answer(noon + 1s));
    allowance.on_wrong_answer(noon + 1s);
    EXPECT_FALSE(allowance.may_answer(noon + 1s)) << "he guesses once a second";
    EXPECT_TRUE(allowance.may_answer(noon + 2s));
}

TEST(Allowance, RemembersTheLastSixteenNumbersThatWereAsked) {
    Allowance allowance;
    for (std::uint32_t number = 1; number <= 17; ++number) {
        allowance.on_asked(number);
        allowance.on_asked(number);
    }
    EXPECT_FALSE(allowance.was_asked(1));
    EXPECT_TRUE(allowance.was_asked(2));
    EXPECT_TRUE(allowance.was_asked(17));
    EXPECT_FALSE(allowance.was_asked(18));
}

}  // namespace
}  // namespace godwit::server
