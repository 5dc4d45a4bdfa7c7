#include "client/core/path_liveness.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;
using Verdict = PathLiveness::Verdict;

// Looks as often as it wants to be looked at; when it is silent.
mobility::Instant silent_at(PathLiveness& path, std::uint64_t sent, std::uint64_t received) {
    for (;;) {
        const mobility::Instant now = *path.look_at();
        const Verdict verdict = path.on_reading(now, sent, received);
        if (verdict != Verdict::well) {
            EXPECT_EQ(verdict, Verdict::silent);
            return now;
        }
    }
}

TEST(PathLiveness, IsSilentAfterThreeRoundTripsWithoutAnythingComingBack) {
    PathLiveness path;
    path.begin(50ms);
    path.on_sent(noon, 1, 7);
    EXPECT_EQ(silent_at(path, 1, 7), noon + 150ms);
}

TEST(PathLiveness, IsNeverSilentBeforeATenthOfASecond) {
    PathLiveness path;
    path.begin(1ms);
    path.on_sent(noon, 1, 7);
    EXPECT_EQ(silent_at(path, 1, 7), noon + 100ms);
}

TEST(PathLiveness, IsLookedAtWhileTrafficGoesSoThatItsSilenceIsSoonSeen) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 1, 7);
    EXPECT_EQ(path.look_at(), noon + 12500us);
    EXPECT_EQ(path.on_reading(noon + 13ms, 5, 9), Verdict::well);
    EXPECT_EQ(path.on_reading(noon + 26ms, 9, 12), Verdict::well);
    EXPECT_EQ(silent_at(path, 10, 12), noon + 126ms) << "counted from when the last was seen";
}

TEST(PathLiveness, IsIdleWhenNothingMoreIsSent) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 1, 7);
    EXPECT_EQ(path.on_reading(noon + 20ms, 1, 8), Verdict::well);
    EXPECT_EQ(path.on_reading(noon + 120ms, 1, 8), Verdict::idle);
    EXPECT_FALSE(path.look_at());
    EXPECT_FALSE(path.silent_since());
}

TEST(PathLiveness, CountsItsSilenceFromTheFirstPacketThatWasNotAnswered) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 1, 7);
    path.on_sent(noon + 50ms, 2, 7);
    EXPECT_FALSE(path.silent_since()) << "it is not asked yet";
    path.on_asked(noon + 100ms, false);
    EXPECT_EQ(path.silent_since(), noon);
}

TEST(PathLiveness, IsGivenUpWhenTheAskingWasInVain) {
    PathLiveness path;
    path.begin(200ms);
    path.on_sent(noon, 1, 7);
    path.on_asked(noon + 600ms, false);
    EXPECT_EQ(path.give_up_at(), noon + 1000ms);
    path.on_deadline(noon + 1000ms - 1ns);
    EXPECT_FALSE(path.is_given_up());
    path.on_deadline(noon + 1000ms);
    EXPECT_TRUE(path.is_given_up());
    EXPECT_FALSE(path.give_up_at()) << "that deadline is over";
}

TEST(PathLiveness, IsWaitedForLessWhereAnotherOneIsKnownToCarry) {
    PathLiveness path;
    path.begin(20ms);
    EXPECT_EQ(path.wait(false), 210ms);
    EXPECT_EQ(path.wait(true), 60ms);
    path.begin(200ms);
    EXPECT_EQ(path.wait(true), 400ms) << "two round trips";
}

TEST(PathLiveness, IsWellIfSomethingComesWhileItIsAsked) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 1, 7);
    path.on_asked(noon + 100ms, true);
    EXPECT_EQ(path.on_reading(noon + 160ms, 9, 8), Verdict::well);
    EXPECT_FALSE(path.is_asked());
    EXPECT_EQ(path.look_at(), noon + 172500us);
}

TEST(PathLiveness, IsAskedLessOftenWhereOnlyHeartbeatsAreAnswered) {
    PathLiveness path;
    path.begin(10ms);
    path.on_sent(noon, 1, 7);
    path.on_asked(noon + 100ms, false);
    path.on_answer(10ms);
    path.on_sent(noon + 200ms, 9, 7);
    EXPECT_EQ(silent_at(path, 12, 7), noon + 600ms);
}

}  // namespace
}  // namespace godwit::client
