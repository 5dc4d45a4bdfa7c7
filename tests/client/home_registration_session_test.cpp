// Sessions: how they come by handshake, serve handovers, and go (docs/protocol.md).

#include "client/core/home_registration.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using enum wire::BindingStatus;
using Outcome = HomeRegistration::Outcome;
using test::care_of_b;

TEST(HomeRegistration, AdmitsASessionBeforeItDirectsTheTunnelAndConfirms) {
    RegisteringNode node(Protection::sealed);
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(is_by_handshake(asked));
    const auto answer = node.answer(asked);
    const Actions actions = node.hear(noon, answer);
    EXPECT_EQ(test::order(actions), "admit direct confirm");
    const mobility::SessionId session = test::proving_session(answer);
    EXPECT_EQ(test::all<mobility::AdmitSession>(actions).at(0).session, session);
    const auto direct = test::all<mobility::DirectTunnel>(actions).at(0);
    EXPECT_EQ(direct.session, session);
    EXPECT_EQ(direct.path, RegisteringNode::path_from(test::care_of_a.address));
    EXPECT_EQ(node.core.binding(noon)->session, session);
}

TEST(HomeRegistration, SignsOnlyWhereTheTunnelIsPlain) {
    RegisteringNode node(Protection::plain);
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(is_by_handshake(asked));
    const Actions actions = node.hear_answer(noon, asked);
    EXPECT_EQ(test::order(actions), "direct");
    EXPECT_FALSE(test::all<mobility::DirectTunnel>(actions).at(0).session);
    EXPECT_TRUE(node.core.binding(noon)->session) << "for the signalling";
}

TEST(HomeRegistration, TakesAcknowledgementsOnTrustInALaboratory) {
    RegisteringNode node(Protection::none);
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(std::holds_alternative<mobility::Unprotected>(update_in(asked).seal));
    const Actions actions = node.hear_answer(noon, asked);
    EXPECT_EQ(test::order(actions), "direct");
    EXPECT_FALSE(node.core.binding(noon)->session);
}

TEST(HomeRegistration, SendsDataRightBehindAHandover) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const auto session = node.core.binding(noon)->session;
    const Actions actions = node.register_at(noon + 10s, care_of_b);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(std::get<mobility::InSession>(update_in(actions).seal).session, session);
    const auto direct = test::all<mobility::DirectTunnel>(actions).at(0);
    EXPECT_EQ(direct.path.local, care_of_b.address);
    EXPECT_EQ(direct.session, session);
    EXPECT_EQ(test::order(node.hear_answer(noon + 10s, actions)), "");
    EXPECT_EQ(node.outcome, Outcome::registered);
    EXPECT_EQ(node.core.binding(noon + 10s)->path.local, care_of_b.address);
}

TEST(HomeRegistration, SendsTheUpdateOfAMoveAgainAfterTwoRoundTripsOfThePathBefore) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const PathLeft left{.round_trip = 40ms};
    Actions actions;
    node.core.register_paths(noon + 10s, {RegisteringNode::path_from(care_of_b.address)}, actions,
                             left);
    EXPECT_TRUE(update_in(actions).tells_reception);
    EXPECT_TRUE(node.run_timer(noon + 10s + 80ms - 1ns).empty());
    EXPECT_FALSE(is_by_handshake(node.run_timer(noon + 10s + 80ms)));
    EXPECT_FALSE(is_by_handshake(node.run_timer(noon + 10s + 240ms)));
    EXPECT_TRUE(node.run_timer(noon + 10s + 560ms).empty()) << "three a second, §11.8";
    EXPECT_TRUE(is_by_handshake(node.run_timer(noon + 11s))) << "the session may be lost";
}

TEST(HomeRegistration, SendsAtOnceWhatWentIntoASilentPath) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    Actions actions;
    node.core.register_paths(noon + 10s, {RegisteringNode::path_from(care_of_b.address)}, actions,
                             {.round_trip = 40ms, .silent_since = noon + 9s});
    const auto directed = test::all<mobility::DirectTunnel>(actions);
    ASSERT_EQ(directed.size(), 1U);
    EXPECT_EQ(directed[0].doubted_since, noon + 9s);
    EXPECT_EQ(test::order(actions), "send direct") << "data comes right behind the update";
}

TEST(HomeRegistration, HasNothingSentAgainThatArrivesAlongThePathThatItLeaves) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    Actions actions;
    node.core.register_paths(noon + 10s, {RegisteringNode::path_from(care_of_b.address)}, actions,
                             {.round_trip = 40ms, .still_carries = true});
    EXPECT_FALSE(update_in(actions).tells_reception);
}

TEST(HomeRegistration, HoldsTheTunnelWhileThereIsNoLink) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    EXPECT_EQ(test::order(node.suspend()), "hold");
}

TEST(HomeRegistration, SendsAgainWhatTheHomeAgentHasNotReceived) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const mobility::Reception reception{.spi = 0x8000'0001, .highest = 7, .gaps = {{2, 3}}};
    const Actions actions = node.hear_answer(noon + 10s, node.register_at(noon + 10s, care_of_b),
                                             {.options = {mobility::to_option(reception)}});
    const auto directed = test::all<mobility::DirectTunnel>(actions);
    ASSERT_EQ(directed.size(), 1U);
    EXPECT_EQ(directed[0].receptions, std::vector{reception});
}

TEST(HomeRegistration, TriesAHandshakeAfterTwoTriesUnderTheSession) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    EXPECT_FALSE(is_by_handshake(node.register_at(noon + 10s, care_of_b)));
    EXPECT_FALSE(is_by_handshake(node.run_timer(noon + 11s)));
    const Actions third = node.run_timer(noon + 13s);
    EXPECT_TRUE(is_by_handshake(third));
    node.hear_answer(noon + 13s, third);
    EXPECT_EQ(node.core.binding(noon + 13s)->path.local, care_of_b.address);
}

TEST(HomeRegistration, RefreshesByHandshakeAndLetsTheSessionBeforeOpenFor30Seconds) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const auto before = node.core.binding(noon)->session;
    const Actions asked = node.run_timer(noon + 480s);
    EXPECT_TRUE(is_by_handshake(asked));
    EXPECT_EQ(test::order(node.hear_answer(noon + 481s, asked)), "admit direct confirm");
    EXPECT_NE(node.core.binding(noon + 481s)->session, before);
    EXPECT_EQ(node.core.next_deadline(), noon + 511s);
    EXPECT_TRUE(node.run_timer(noon + 511s - 1ms).empty());
    const auto ended = test::all<mobility::EndSession>(node.run_timer(noon + 511s));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.at(0).session, before);
    EXPECT_EQ(node.core.next_deadline(), noon + 960s);
}

TEST(HomeRegistration, EndsTheSessionOfARefusedHandshake) {
    RegisteringNode node(Protection::sealed);
    const auto refusal = node.answer(node.register_at(noon), {.status = invalid_care_of_address});
    const auto ended = test::all<mobility::EndSession>(node.hear(noon, refusal));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.at(0).session, test::proving_session(refusal));
}

TEST(HomeRegistration, EndsTheSessionOfAHandshakeThatNothingWaitsForAnyMore) {
    RegisteringNode node(Protection::sealed);
    const auto late = node.answer(node.register_at(noon));
    node.suspend();
    const auto ended = test::all<mobility::EndSession>(node.hear(noon, late));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.at(0).session, test::proving_session(late));
}

TEST(HomeRegistration, ClosesTheTunnelBeforeItEndsTheSessions) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    (void)node.hear_answer(noon + 480s, node.run_timer(noon + 480s));
    const Actions actions =
        node.hear_answer(noon + 490s, node.deregister(noon + 490s), {.lifetime = Lifetime(0)});
    EXPECT_EQ(test::order(actions), "close end end") << "the one before still opened";
    EXPECT_FALSE(node.core.next_deadline());
}

TEST(HomeRegistration, ShakesHandsAfterItsBindingHasExpiredWhetherOrNotATimerHasRun) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    node.suspend();
    const Actions actions = node.register_at(noon + 1h, care_of_b);
    EXPECT_TRUE(is_by_handshake(actions)) << "the home agent has no session any more";
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(actions).empty());
    EXPECT_EQ(test::order(actions), "close end send");
    EXPECT_EQ(test::events<mobility::BindingExpired>(actions).size(), 1U);
}

TEST(HomeRegistration, ShakesHandsWhenTheHomeAgentDoesNotTakeTheSession) {  // status 146
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const Actions asked = node.register_at(noon + 10s, care_of_b);
    const Actions actions = node.hear_answer(noon + 10s, asked, {.status = authentication_failed});
    EXPECT_EQ(test::order(actions), "send");
    EXPECT_TRUE(is_by_handshake(actions));
    EXPECT_TRUE(test::events<mobility::NoAcknowledgement>(actions).empty()) << "it was answered";
}

TEST(HomeRegistration, DoubtsOnceASecond) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const Actions first = node.doubt(noon + 10s);
    EXPECT_TRUE(is_by_handshake(first));
    EXPECT_TRUE(node.doubt(noon + 10s).empty());
    node.hear_answer(noon + 10s, first);
    EXPECT_TRUE(node.doubt(noon + 11s - 1ms).empty());
    EXPECT_TRUE(is_by_handshake(node.doubt(noon + 11s)));
}

TEST(HomeRegistration, KeepsEverythingAsItIsUntilADoubtIsResolved) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    EXPECT_EQ(test::order(node.doubt(noon + 10s)), "send");
    EXPECT_NE(node.core.binding(noon + 10s), nullptr);
}

TEST(HomeRegistration, TurnsAnUpdateUnderWayIntoAHandshakeWhenInDoubt) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    EXPECT_FALSE(is_by_handshake(node.register_at(noon + 10s, care_of_b)));
    const Actions actions = node.doubt(noon + 10s);
    EXPECT_TRUE(is_by_handshake(actions));
    EXPECT_EQ(update_in(actions).path.local, care_of_b.address);
}

TEST(HomeRegistration, DoubtsOnlyTheUpdateThatTheHintNames) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const auto hint = [&](Instant now, SequenceNumber sequence) {
        Actions actions;
        node.core.on_doubt(now, sequence, actions);
        return actions;
    };
    const SequenceNumber acknowledged = node.core.last_sequence();
    EXPECT_TRUE(hint(noon + 10s, acknowledged).empty()) << "nothing is under way";
    const Actions asked = node.register_at(noon + 20s, care_of_b);
    EXPECT_TRUE(hint(noon + 20s, acknowledged).empty());
    EXPECT_TRUE(hint(noon + 20s, sequence_in(asked).next()).empty());
    EXPECT_TRUE(is_by_handshake(hint(noon + 20s, sequence_in(asked))));
}

TEST(HomeRegistration, HasNothingToDoubtBeforeItAsks) {
    RegisteringNode node(Protection::sealed);
    EXPECT_TRUE(node.doubt(noon).empty());
}

// The refresh may be held back on its way, and be taken later by a home agent that has lost its
// binding: by then it must be the older of two handshakes.
TEST(HomeRegistration, MovesByHandshakeWhileAnotherIsUnanswered) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const Instant refresh = node.core.next_deadline().value();
    ASSERT_TRUE(is_by_handshake(node.run_timer(refresh)));
    const Actions moved = node.register_at(refresh + 1s, care_of_b);
    EXPECT_TRUE(is_by_handshake(moved));
    EXPECT_EQ(test::order(moved), "send direct") << "data follows under the session that there is";
    node.hear_answer(refresh + 1s, moved);
    EXPECT_EQ(node.outcome, Outcome::registered);
    EXPECT_FALSE(is_by_handshake(node.register_at(refresh + 3s))) << "and then under the new one";
}

TEST(HomeRegistration, DeregistersByHandshakeWhileAnotherIsUnanswered) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    const Instant refresh = node.core.next_deadline().value();
    ASSERT_TRUE(is_by_handshake(node.run_timer(refresh)));
    EXPECT_TRUE(is_by_handshake(node.deregister(refresh + 1s)));
}

}  // namespace
}  // namespace godwit::client
