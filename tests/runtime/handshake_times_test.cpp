#include "client/handshake_times.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using security::Tai64n;

class HandshakeTimesTest : public testing::Test {
  protected:
    static constexpr runtime::WallTime noon{std::chrono::sys_days(std::chrono::year(2030) / 6 / 1)};
    static security::PublicKey own(std::uint8_t number = 1) {
        return security::key_pair(number).public_key();
    }
    tests::TemporaryDirectory directory_;
};

TEST_F(HandshakeTimesTest, AreThoseOfTheClock) {
    HandshakeTimes times(directory_.path(), own());
    EXPECT_EQ(times.next(noon).time, Tai64n::from(noon));
    EXPECT_EQ(times.next(noon + 1s).time, Tai64n::from(noon + 1s));
}

TEST_F(HandshakeTimesTest, GoOnWhereTheyWereWhenTheClockIsSetBack) {
    HandshakeTimes times(directory_.path(), own());
    const Tai64n last = times.next(noon).time;
    EXPECT_EQ(times.next(noon - 1h).time, last.next());
}

TEST_F(HandshakeTimesTest, GoOnWhereAnEarlierRunHasEndedWhenTheClockIsSetBackMeanwhile) {
    const Tai64n last = HandshakeTimes(directory_.path(), own()).next(noon).time;
    HandshakeTimes times(directory_.path(), own());
    const HandshakeTimes::Time next = times.next(noon - 1h);
    EXPECT_EQ(next.time, last.next());
    EXPECT_TRUE(next.is_kept);
    EXPECT_EQ(HandshakeTimes(directory_.path(), own()).next(noon - 1h).time, last.next().next());
}

TEST_F(HandshakeTimesTest, FollowTheClockAgainOnceItIsRight) {
    EXPECT_TRUE(HandshakeTimes(directory_.path(), own()).next(noon).is_kept);
    HandshakeTimes times(directory_.path(), own());
    EXPECT_GT(times.next(noon - 1h).time, Tai64n::from(noon));
    EXPECT_EQ(times.next(noon + 1min).time, Tai64n::from(noon + 1min));
}

TEST_F(HandshakeTimesTest, TellWhereTheClockHasGoneBack) {
    EXPECT_FALSE(has_clock_gone_back(directory_.path(), noon)) << "there was no handshake";
    EXPECT_TRUE(HandshakeTimes(directory_.path(), own()).next(noon).is_kept);
    EXPECT_FALSE(has_clock_gone_back(directory_.path(), noon - 1min)) << "several at once";
    EXPECT_TRUE(has_clock_gone_back(directory_.path(), noon - 1h));
}

TEST_F(HandshakeTimesTest, AreThoseOfTheClockWhereTheFileIsNone) {
    ASSERT_TRUE(HandshakeTimes(directory_.path(), own()).next(noon + 1h).is_kept);
    for (const char* text : {"", "@40000000", "@4000000070e86e0a00000000ff",
                             "no time at all 456789", "@4000000070e86e0a0000zzzz"}) {
        for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
            std::ofstream(file.path()) << text;
        }
        EXPECT_EQ(HandshakeTimes(directory_.path(), own()).next(noon).time, Tai64n::from(noon))
            << text;
    }
}

TEST_F(HandshakeTimesTest, AreEachKeyPairsOwn) {
    const Tai64n last = HandshakeTimes(directory_.path(), own(1)).next(noon + 1h).time;
    EXPECT_EQ(HandshakeTimes(directory_.path(), own(2)).next(noon).time, Tai64n::from(noon));
    EXPECT_EQ(HandshakeTimes(directory_.path(), own(1)).next(noon).time, last.next());
}

TEST_F(HandshakeTimesTest, LeaveNothingBehindWhenTheKeyPairIsGivenUp) {
    HandshakeTimes times(directory_.path(), own());
    ASSERT_TRUE(times.next(noon).is_kept);
    times.forget();
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

// The daemon's user may put one there for root's `godwit join`.
TEST_F(HandshakeTimesTest, AreWrittenThroughNoLink) {
    HandshakeTimes times(directory_.path(), own());
    ASSERT_TRUE(times.next(noon).is_kept);
    const auto file = std::filesystem::directory_iterator(directory_.path())->path();
    const auto target = directory_.write("target", "somebody's\n");
    std::filesystem::create_symlink(target, file.string() + ".new");
    EXPECT_TRUE(times.next(noon + 1s).is_kept);
    EXPECT_EQ(tests::read_file(target), "somebody's\n");
    EXPECT_GT(HandshakeTimes(directory_.path(), own()).next(noon).time, Tai64n::from(noon + 1s));
}

TEST_F(HandshakeTimesTest, SayWhenTheyCannotBeKept) {
    HandshakeTimes times(directory_.path() / "nowhere", own());
    const HandshakeTimes::Time next = times.next(noon);
    EXPECT_EQ(next.time, Tai64n::from(noon));
    EXPECT_FALSE(next.is_kept);
}

}  // namespace
}  // namespace godwit::client
