// What a mobile node does when its home agent is under load, and gives it a cookie.

#include <gtest/gtest.h>

#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

// What is sent because of a cookie for the update of this number.
Actions hear_cookie(RegisteringNode& node, Instant now, SequenceNumber sequence) {
    Actions actions;
    node.core.on_cookie(now, sequence, actions);
    return actions;
}

TEST(CookieAnswer, IsTheUpdateAgainAtOnceAlongTheSamePath) {
    RegisteringNode node(Protection::sealed);
    const Actions asked = node.register_at(noon);
    const Actions again = hear_cookie(node, noon + 20ms, sequence_in(asked));
    EXPECT_EQ(update_in(again).path, update_in(asked).path);
    EXPECT_EQ(sequence_in(again), sequence_in(asked).next());  // RFC 6275 §11.8
    (void)node.hear_answer(noon + 40ms, again);
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::registered);
}

TEST(CookieAnswer, LeavesTheTimeOfTheNextTryAsItWas) {
    RegisteringNode node(Protection::sealed);
    const Actions asked = node.register_at(noon);
    const auto before = node.core.next_deadline();
    (void)hear_cookie(node, noon + 20ms, sequence_in(asked));
    EXPECT_EQ(node.core.next_deadline(), before);
    EXPECT_EQ(node.core.unanswered_tries(noon + 30ms), 0U);
}

TEST(CookieAnswer, IsNothingForAnUpdateThatIsNotUnderWay) {
    RegisteringNode node(Protection::sealed);
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(hear_cookie(node, noon + 20ms, sequence_in(asked).next()).empty());
    (void)node.hear_answer(noon + 40ms, asked);
    EXPECT_TRUE(hear_cookie(node, noon + 60ms, sequence_in(asked)).empty());
}

TEST(CookieAnswer, NeverMakesMoreThanThreeUpdatesASecond) {  // RFC 6275 §11.8
    RegisteringNode node(Protection::sealed);
    Actions last = node.register_at(noon);
    for (int count = 0; count < 2; ++count) {
        last = hear_cookie(node, noon + 20ms, sequence_in(last));
    }
    EXPECT_TRUE(hear_cookie(node, noon + 40ms, sequence_in(last)).empty());
    EXPECT_FALSE(hear_cookie(node, noon + 1s, sequence_in(last)).empty());
}

}  // namespace
}  // namespace godwit::client
