#include "client/core/move_record.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;

const mobility::HandoverRecorded move{.home = test::home,
                                      .from = test::care_of_a,
                                      .to = test::care_of_b,
                                      .cause = mobility::MoveCause::address_lost};

TEST(MoveRecord, TellsAllTimesFromWhenTheAddressWasUsable) {
    MoveRecord record;
    record.on_link_lost(noon);
    record.begin(noon + 300ms, move);
    record.on_sent(noon + 301ms);
    record.on_sent(noon + 302ms);
    record.on_acknowledged(noon + 340ms);
    record.on_received(noon + 341ms);
    record.on_received(noon + 342ms);
    record.on_resent({.home = test::home, .resent = 7, .lost = 1});
    EXPECT_EQ(record.next_deadline(), noon + 840ms);
    EXPECT_FALSE(record.take(noon + 840ms - 1ns));
    const auto told = record.take(noon + 840ms);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->without_link, 300ms);
    EXPECT_EQ(told->first_sent, 1ms);
    EXPECT_EQ(told->acknowledged, 40ms);
    EXPECT_EQ(told->first_received, 41ms);
    EXPECT_EQ(told->resent, 7U);
    EXPECT_EQ(told->lost, 1U);
    EXPECT_FALSE(record.take(noon + 1h)) << "told once";
    EXPECT_FALSE(record.next_deadline());
}

TEST(MoveRecord, KnowsNothingOfAMoveThatWasNeverAcknowledged) {
    MoveRecord record;
    record.begin(noon, move);
    EXPECT_FALSE(record.take(noon + 1h));
    record.begin(noon + 1h, move);
    record.on_acknowledged(noon + 1h);
    EXPECT_EQ(record.take(noon + 1h + 500ms)->acknowledged, 0ms);
}

TEST(MoveRecord, HasNoTimesForWhatDidNotHappen) {
    MoveRecord record;
    record.begin(noon, move);
    record.on_acknowledged(noon + 10ms);
    record.on_acknowledged(noon + 400ms);
    const auto told = record.take(noon + 510ms);
    ASSERT_TRUE(told) << "a refresh does not put it off";
    EXPECT_FALSE(told->without_link);
    EXPECT_FALSE(told->first_sent);
    EXPECT_FALSE(told->first_received);
}

}  // namespace
}  // namespace godwit::client
