// Being answered: RFC 6275 §11.7.3 (receiving binding acknowledgements).

#include "client/core/home_registration.hpp"
#include "client/core/update_numbers.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using enum wire::BindingStatus;
using Outcome = HomeRegistration::Outcome;
using test::care_of_b;

TEST(HomeRegistration, IsRegisteredOnceThatIsAcknowledged) {
    RegisteringNode node;
    const Actions asked = node.register_at(noon);
    EXPECT_EQ(node.core.binding(noon), nullptr);
    const Actions actions = node.hear_answer(noon + 40ms, asked);
    EXPECT_EQ(node.outcome, Outcome::registered);
    EXPECT_FALSE(node.core.is_pending());
    EXPECT_EQ(test::events<mobility::BindingRegistered>(actions).size(), 1U);
    ASSERT_NE(node.core.binding(noon + 40ms), nullptr);
    EXPECT_EQ(node.core.binding(noon + 40ms)->sequence, sequence_in(asked));
}

TEST(HomeRegistration, TakesAnyStatusBelow128ForAnAcceptance) {  // §6.1.8
    RegisteringNode node;
    node.hear_answer(noon, node.register_at(noon), {.status = BindingStatus(127)});
    EXPECT_EQ(node.outcome, Outcome::registered);
}

TEST(HomeRegistration, IgnoresAnAcknowledgementThatNothingWaitsFor) {
    RegisteringNode node;
    const Actions asked = node.register_at(noon);
    const auto other = node.answer(asked, {.sequence = sequence_in(asked).next()});
    const auto expected = testing::ElementsAre(mobility::DropReason::not_expected);
    EXPECT_THAT(test::drops(node.hear(noon, other)), expected);
    EXPECT_EQ(node.outcome, Outcome::none);
    EXPECT_TRUE(node.core.is_pending());

    const auto right = node.answer(asked);
    node.hear(noon, right);
    EXPECT_EQ(node.outcome, Outcome::registered);
    EXPECT_THAT(test::drops(node.hear(noon + 5s, right)), expected) << "it has come once already";
    EXPECT_EQ(node.core.binding(noon)->expires, noon + 600s);
}

TEST(HomeRegistration, IgnoresAnAcknowledgementOfThePlaceBefore) {
    RegisteringNode node;
    const auto late = node.answer(node.register_at(noon));
    (void)node.register_at(noon + 10ms, care_of_b);
    EXPECT_THAT(test::drops(node.hear(noon + 20ms, late)),
                testing::ElementsAre(mobility::DropReason::not_expected));
    EXPECT_TRUE(node.core.is_pending());
}

TEST(HomeRegistration, TakesTheAnswerToAnyOfItsLastSixteenTries) {
    for (const std::size_t answered : {0U, 1U, 16U}) {
        RegisteringNode node;
        std::vector<Actions> tries{node.register_at(noon)};
        while (tries.size() < 17) {
            tries.push_back(node.run_timer(node.core.next_deadline().value()));
        }
        node.hear_answer(noon + 500s, tries.at(answered));
        EXPECT_EQ(node.outcome, answered == 0 ? Outcome::none : Outcome::registered) << answered;
    }
}

TEST(HomeRegistration, CountsTheLifetimeFromWhenItAsked) {
    RegisteringNode node;
    const Actions first = node.register_at(noon);
    (void)node.run_timer(noon + 1500ms);
    node.hear_answer(noon + 2s, first, {.lifetime = Lifetime(10)});
    ASSERT_NE(node.core.binding(noon + 2s), nullptr);
    EXPECT_EQ(node.core.binding(noon + 2s)->granted, 40s);
    EXPECT_EQ(node.core.binding(noon + 2s)->expires, noon + 40s);
    EXPECT_EQ(node.core.binding(noon + 2s)->refresh_at, noon + 24s);
}

TEST(HomeRegistration, BelievesNoLifetimeBeyondTheOneAskedFor) {
    RegisteringNode node;
    node.become_registered(noon, Lifetime(900));
    EXPECT_EQ(node.core.binding(noon)->granted, 600s);
}

// It does not know what it used behind that number before it restarted, and uses none of it again.
TEST(HomeRegistration, AdoptsTheNumberThatTheHomeAgentKnows) {  // status 135
    RegisteringNode node;
    const Actions actions = node.hear_answer(
        noon + 40ms, node.register_at(noon),
        {.status = sequence_number_out_of_window, .sequence = SequenceNumber(900)});
    EXPECT_EQ(test::order(actions), "send") << "again at once";
    EXPECT_EQ(sequence_in(actions), SequenceNumber(900 + more_than_a_session_uses + 1));
    node.hear_answer(noon + 80ms, actions);
    EXPECT_EQ(node.outcome, Outcome::registered);
}

// Somebody may have brought an older update again, or an older answer.
TEST(HomeRegistration, NeverGoesBackToANumberOfBefore) {
    RegisteringNode node;
    const Actions asked = node.register_at(noon);
    const Actions actions =
        node.hear_answer(noon + 40ms, asked,
                         {.status = sequence_number_out_of_window, .sequence = SequenceNumber(50)});
    EXPECT_EQ(sequence_in(actions), sequence_in(asked).next());
    node.hear_answer(noon + 50ms, asked);
    EXPECT_EQ(node.outcome, Outcome::registered) << "what was under way may still be acknowledged";
}

TEST(HomeRegistration, AdoptsNoNumberWhileItAsksNothing) {
    RegisteringNode node;
    const Actions asked = node.register_at(noon);
    const auto late = node.answer(
        asked, {.status = sequence_number_out_of_window, .sequence = SequenceNumber(900)});
    node.hear_answer(noon, asked);
    EXPECT_EQ(test::order(node.hear(noon + 1s, late)), "");
    EXPECT_EQ(node.core.last_sequence(), sequence_in(asked));
}

TEST(HomeRegistration, StopsForGoodWhenTheHomeAddressIsSomebodyElses) {  // status 134
    RegisteringNode node;
    const Actions actions = node.hear_answer(noon, node.register_at(noon),
                                             {.status = duplicate_address_detection_failed});
    EXPECT_EQ(test::events<mobility::BindingRefused>(actions).at(0).status,
              duplicate_address_detection_failed);
    EXPECT_FALSE(node.core.is_pending());
    EXPECT_FALSE(node.core.next_deadline());
    EXPECT_TRUE(node.register_at(noon + 1h, care_of_b).empty());
    EXPECT_TRUE(node.doubt(noon + 2h).empty());
    EXPECT_TRUE(node.run_timer(noon + 3h).empty());
}

TEST(HomeRegistration, KeepsWhatItHasWhenTheHomeAddressBecomesSomebodyElses) {  // status 134
    RegisteringNode node;
    node.become_registered(noon);
    node.hear_answer(noon + 480s, node.run_timer(noon + 480s),
                     {.status = duplicate_address_detection_failed});
    EXPECT_NE(node.core.binding(noon + 481s), nullptr);
    EXPECT_EQ(node.core.next_deadline(), noon + 600s) << "there is nothing else to wake up for";
    EXPECT_TRUE(node.run_timer(noon + 481s).empty());
    EXPECT_TRUE(node.doubt(noon + 482s).empty());
    EXPECT_TRUE(node.register_at(noon + 483s, care_of_b).empty())
        << "traffic does not go where the home agent was never asked to take it from";
}

TEST(HomeRegistration, AsksAgain32SecondsAfterARefusal) {
    RegisteringNode node;
    const Actions refused =
        node.hear_answer(noon, node.register_at(noon), {.status = insufficient_resources});
    EXPECT_EQ(test::events<mobility::BindingRefused>(refused).at(0).status, insufficient_resources);
    EXPECT_EQ(node.outcome, Outcome::none);
    EXPECT_TRUE(node.run_timer(noon + 32s - 1ms).empty());
    const Actions again = node.run_timer(noon + 32s);
    EXPECT_EQ(test::order(again), "send");
    EXPECT_TRUE(test::events<mobility::NoAcknowledgement>(again).empty()) << "it was answered";
}

TEST(HomeRegistration, HearsARefusalOnce) {
    RegisteringNode node;
    const auto refusal =
        node.answer(node.register_at(noon), {.status = administratively_prohibited});
    node.hear(noon, refusal);
    EXPECT_THAT(test::drops(node.hear(noon + 5s, refusal)),
                testing::ElementsAre(mobility::DropReason::not_expected));
    EXPECT_EQ(node.core.next_deadline(), noon + 32s);
}

TEST(HomeRegistration, TakesAGrantOfNothingForARefusal) {
    RegisteringNode node;
    node.hear_answer(noon, node.register_at(noon), {.lifetime = Lifetime(0)});
    EXPECT_EQ(node.outcome, Outcome::none);
    EXPECT_EQ(node.core.binding(noon), nullptr);
    EXPECT_EQ(node.core.next_deadline(), noon + 32s);
}

TEST(HomeRegistration, KeepsABindingWhoseRefreshIsRefused) {
    RegisteringNode node;
    node.become_registered(noon);
    const Actions actions = node.hear_answer(noon + 480s, node.run_timer(noon + 480s),
                                             {.status = insufficient_resources});
    EXPECT_EQ(test::order(actions), "");
    EXPECT_NE(node.core.binding(noon + 600s - 1ms), nullptr);
}

TEST(HomeRegistration, HasGivenUpItsBindingOnceThatIsAcknowledged) {
    RegisteringNode node;
    node.become_registered(noon);
    const Actions asked = node.deregister(noon + 10s);
    EXPECT_EQ(test::order(asked), "send");
    EXPECT_NE(node.core.binding(noon + 10s), nullptr) << "it is not yet";
    const Actions actions = node.hear_answer(noon + 11s, asked, {.lifetime = Lifetime(0)});
    EXPECT_EQ(node.outcome, Outcome::deregistered);
    EXPECT_EQ(test::order(actions), "close");
    EXPECT_EQ(test::events<mobility::BindingRemoved>(actions).size(), 1U);
    EXPECT_FALSE(node.core.next_deadline());
}

TEST(HomeRegistration, HasNothingToGiveUpWhenTheHomeAgentSaysSo) {  // status 133
    RegisteringNode node;
    node.become_registered(noon);
    const Actions actions = node.hear_answer(noon + 11s, node.deregister(noon + 10s),
                                             {.status = not_home_agent_for_this_mobile_node});
    EXPECT_EQ(node.outcome, Outcome::deregistered);
    EXPECT_EQ(test::order(actions), "close");
    EXPECT_FALSE(node.core.is_pending());
}

TEST(HomeRegistration, IsRefusedByTheSameStatusWhenItRegisters) {  // status 133
    RegisteringNode node;
    node.hear_answer(noon, node.register_at(noon), {.status = not_home_agent_for_this_mobile_node});
    EXPECT_EQ(node.outcome, Outcome::none);
    EXPECT_TRUE(node.core.is_pending());
}

}  // namespace
}  // namespace godwit::client
