// How a mobile node looks for a home agent: RFC 6275 §11.4.1.

#include "client/core/home_agent_search.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::noon;

class HomeAgentSearchTest : public testing::Test {
  protected:
    std::optional<std::uint16_t> asked(Instant now) {
        const auto request = search_.take(now);
        return request ? std::optional(request->identifier) : std::nullopt;
    }
    HomeAgentSearch search_{[next = 0U]() mutable { return next += 7; }};
};

TEST_F(HomeAgentSearchTest, AsksAtOnceAndThenFourTimesEachAfterTwiceAsLong) {
    search_.begin(noon, false);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_EQ(search_.next_deadline(), noon + after);
        EXPECT_FALSE(asked(noon + after - 1ms));
        EXPECT_EQ(asked(noon + after), 7) << "the same request";
    }
    EXPECT_EQ(search_.next_deadline(), noon + 93s);
    EXPECT_FALSE(asked(noon + 93s));
    EXPECT_FALSE(search_.is_under_way());
}

TEST_F(HomeAgentSearchTest, BeginsAnewAfterAPauseWhereItPersists) {
    search_.begin(noon, true);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_TRUE(asked(noon + after));
    }
    EXPECT_FALSE(asked(noon + 93s));
    EXPECT_EQ(search_.next_deadline(), noon + 153s);
    EXPECT_EQ(asked(noon + 153s), 14);
}

TEST_F(HomeAgentSearchTest, TakesTheReplyToItsRequestInItsOrder) {
    search_.begin(noon, false);
    EXPECT_EQ(asked(noon), 7);
    const std::vector<wire::HomeAgentAddress> list{{test::ip("2001:db8:f::2")}, test::home_agent};
    EXPECT_TRUE(search_.on_reply({8, list}).empty()) << "somebody else's";
    EXPECT_EQ(search_.on_reply({7, list}), list);
    EXPECT_FALSE(search_.is_under_way());
    EXPECT_TRUE(search_.on_reply({7, list}).empty()) << "once";
}

TEST_F(HomeAgentSearchTest, TakesNoReplyBeforeItHasAsked) {
    EXPECT_TRUE(search_.on_reply({0, {test::home_agent}}).empty());
    search_.begin(noon, false);
    EXPECT_TRUE(search_.on_reply({7, {test::home_agent}}).empty());
}

TEST_F(HomeAgentSearchTest, PassesOverAddressesThatAreNobodys) {
    search_.begin(noon, false);
    EXPECT_EQ(asked(noon), 7);
    EXPECT_EQ(
        search_.on_reply(
            {7,
             {{test::ip("ff02::1")}, {test::ip("::1")}, {test::ip("fe80::1")}, test::home_agent}}),
        (std::vector{test::home_agent}));
}

TEST_F(HomeAgentSearchTest, GoesOnWhereAReplyNamesNobody) {
    search_.begin(noon, false);
    EXPECT_EQ(asked(noon), 7);
    EXPECT_TRUE(search_.on_reply({7, {}}).empty());
    EXPECT_EQ(asked(noon + 3s), 7);
}

}  // namespace
}  // namespace godwit::client
