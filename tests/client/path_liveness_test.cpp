#include "client/core/path_liveness.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;

TEST(PathLiveness, AsksAfterThreeRoundTripsWithoutAnythingComingBack) {
    PathLiveness path;
    path.begin(50ms);
    path.on_sent(noon, 7);
    EXPECT_EQ(path.ask_at(), noon + 150ms);
}

TEST(PathLiveness, NeverAsksBeforeATenthOfASecond) {
    PathLiveness path;
    path.begin(1ms);
    path.on_sent(noon, 7);
    EXPECT_EQ(path.ask_at(), noon + 100ms);
}

TEST(PathLiveness, IsWellOnceSomethingHasComeIn) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 7);
    EXPECT_FALSE(path.on_reading(7));
    EXPECT_TRUE(path.on_reading(8));
    EXPECT_FALSE(path.ask_at());
    EXPECT_FALSE(path.silent_since());
}

TEST(PathLiveness, CountsItsSilenceFromTheFirstPacketThatWasNotAnswered) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 7);
    path.on_sent(noon + 50ms, 7);
    EXPECT_EQ(path.ask_at(), noon + 100ms);
    EXPECT_EQ(path.silent_since(), noon);
}

TEST(PathLiveness, IsGivenUpWhenTheAskingWasInVain) {
    PathLiveness path;
    path.begin(200ms);
    path.on_sent(noon, 7);
    path.on_asked(noon + 600ms);
    EXPECT_EQ(path.give_up_at(), noon + 1000ms);
    path.on_deadline(noon + 1000ms - 1ns);
    EXPECT_FALSE(path.is_given_up());
    path.on_deadline(noon + 1000ms);
    EXPECT_TRUE(path.is_given_up());
    EXPECT_FALSE(path.give_up_at()) << "that deadline is over";
}

TEST(PathLiveness, IsAskedLessOftenWhereOnlyHeartbeatsAreAnswered) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 7);
    path.on_asked(noon + 100ms);
    path.on_answer(10ms);
    path.on_sent(noon + 200ms, 7);
    EXPECT_EQ(path.ask_at(), noon + 600ms);
}

}  // namespace
}  // namespace godwit::client
