// Heartbeats at the home agent (RFC 5847), and the proof of a care-of address by them.

#include "tests/server/home_agent_paths.hpp"

namespace godwit::server {
namespace {

using test::care_of_a;
using test::care_of_b;
using testing::ElementsAre;

mobility::Path answered_path(const Actions& actions) {
    return test::all<mobility::SendMessage>(actions).at(0).path;
}

class SilentMobileNode : public testing::Test {
  protected:
    SilentMobileNode() { home_agent_.answers_heartbeats = false; }
    // Registered at care_of_a, which is proved.
    mobility::SessionId settle() {
        home_agent_.answers_heartbeats = true;
        const auto session = home_agent_.complete(home_agent_.hear(noon, update(1)));
        home_agent_.answers_heartbeats = false;
        return session;
    }
    [[nodiscard]] bool is_proved(Instant now) const {
        return home_agent_.core.path_checks().is_proved(*home_agent_.binding(now));
    }

    AskedHomeAgent home_agent_{Protection::sealed};
};

TEST(HomeAgentHeartbeat, IsAnsweredWithItsNumberAndTheRestartCounter) {  // RFC 5847 §3.2, §3.4
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.restart_counter = 7;
    AskedHomeAgent home_agent(settings);
    (void)home_agent.hear(noon, update(1));
    const Actions actions =
        home_agent.hear_heartbeat(noon + 1s, {.sequence = 0xfeedbeef}, nat_path(1));
    const auto orders = test::all<mobility::SendMessage>(actions);
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders.at(0).message,
              wire::MobilityMessage(wire::Heartbeat{
                  .response = true, .sequence = 0xfeedbeef, .options = {wire::RestartCounter{7}}}));
    EXPECT_EQ(orders.at(0).path, nat_path(1)) << "along the path that it came by";
    EXPECT_EQ(orders.at(0).padded_to, 0U);
    EXPECT_TRUE(std::holds_alternative<mobility::ThroughTunnel>(orders.at(0).seal));
    EXPECT_EQ(home_agent.binding(noon + 1s)->path, native_a) << "it moves nothing";
}

TEST(HomeAgentHeartbeat, IsAnsweredUnderItsSessionInAPlainTunnel) {
    AskedHomeAgent home_agent(Protection::plain);
    const auto session = home_agent.complete(home_agent.hear(noon, update(1)));
    const auto asked =
        home_agent.carry(wire::Heartbeat{.sequence = 5}, mobility::InSession{session},
                         AskedHomeAgent::native(care_of_a.address));
    const auto orders =
        test::all<mobility::SendMessage>(home_agent.core.on_received(noon + 1s, asked));
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(std::get<mobility::InSession>(orders.at(0).seal).session,
              test::proving_session(asked));
}

// As one in a sealed tunnel is, by the worker that opens it. Who sends a recorded one again from
// elsewhere uses up nothing of what the mobile node has.
TEST(HomeAgentHeartbeat, IsAnsweredAHundredTimesASecondAtMostInAPlainTunnel) {
    AskedHomeAgent home_agent(Protection::plain);
    const auto session = home_agent.complete(home_agent.hear(noon, update(1)));
    const auto answers = [&](Instant now, const wire::CareOfAddress& from) {
        const auto asked =
            home_agent.carry(wire::Heartbeat{.sequence = 5}, mobility::InSession{session},
                             AskedHomeAgent::native(from.address));
        std::size_t answered = 0;
        for (int again = 0; again < 1000; ++again) {
            answered +=
                test::all<mobility::SendMessage>(home_agent.core.on_received(now, asked)).size();
        }
        return answered;
    };
    EXPECT_EQ(answers(noon + 1s, care_of_b), 32U);
    EXPECT_EQ(answers(noon + 1s, care_of_a), 64U);
    EXPECT_EQ(answers(noon + 1s + 10ms, care_of_a), 1U);
}

// docs/protocol.md, Heartbeats: how a mobile node learns how long a NAT keeps a mapping.
TEST(HomeAgentHeartbeat, IsAnsweredAfterAWhileIfItAsksForThat) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear(noon, update(1));
    const Actions asked = home_agent.hear_heartbeat(noon, answered_after(41s, 5), nat_path(1));
    EXPECT_TRUE(test::all<mobility::SendMessage>(asked).empty());
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 41s);
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 41s - 1ms).empty());
    const auto orders = test::all<mobility::SendMessage>(home_agent.core.on_deadline(noon + 41s));
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders.at(0).path, nat_path(1));
    EXPECT_EQ(std::get<wire::Heartbeat>(orders.at(0).message).sequence, 5U);
    EXPECT_TRUE(std::get<wire::Heartbeat>(orders.at(0).message).response);
}

TEST(HomeAgentHeartbeat, WaitsToBeAnsweredOneAtATime) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear_heartbeat(noon, answered_after(41s, 5), nat_path(1));
    (void)home_agent.hear_heartbeat(noon + 1s, answered_after(41s, 6), nat_path(2));
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 41s).empty());
    EXPECT_EQ(answered_path(home_agent.core.on_deadline(noon + 42s)), nat_path(2));
}

TEST(HomeAgentHeartbeat, IsNotAnsweredOnceTheBindingIsGone) {
    AskedHomeAgent home_agent(Protection::sealed);
    const auto session = home_agent.complete(home_agent.hear(noon, update(1)));
    (void)home_agent.hear_heartbeat(noon, answered_after(41s, 5), nat_path(1));
    (void)home_agent.hear_in_session(noon + 1s, deregistration(2), session);
    EXPECT_TRUE(test::all<mobility::SendMessage>(home_agent.core.on_deadline(noon + 41s)).empty());
}

TEST(HomeAgentHeartbeat, IsForTheBound) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions nobody = home_agent.hear_heartbeat(noon, {.sequence = 1}, native_a);
    EXPECT_THAT(test::drops(nobody), ElementsAre(DropReason::not_expected));
    const auto session = home_agent.complete(home_agent.hear(noon, update(1)));
    (void)home_agent.hear_in_session(noon + 1s, deregistration(2), session);
    const Actions gone = home_agent.hear_heartbeat(noon + 2s, {.sequence = 1}, native_a);
    EXPECT_TRUE(test::all<mobility::SendMessage>(gone).empty());
    EXPECT_THAT(test::drops(gone), ElementsAre(DropReason::not_expected));
}

TEST_F(SilentMobileNode, IsAskedThroughTheTunnelWhereItSaysItIs) {
    const Actions actions = home_agent_.hear(noon, update(1));
    EXPECT_EQ(test::order(actions), "send admit direct");
    const auto challenges = challenges_in(actions);
    ASSERT_EQ(challenges.size(), 1U);
    EXPECT_EQ(challenges.at(0).path, native_a);
    EXPECT_TRUE(std::holds_alternative<mobility::ThroughTunnel>(challenges.at(0).seal));
    EXPECT_FALSE(is_proved(noon));
}

TEST_F(SilentMobileNode, IsProvedByItsAnswer) {
    const Actions actions = home_agent_.hear(noon, update(1));
    const Actions proved = home_agent_.answer(noon + 20ms, challenges_in(actions).at(0));
    EXPECT_EQ(test::events<mobility::CareOfAddressProved>(proved).at(0).care_of, care_of_a);
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(proved).empty()) << "data goes there already";
    EXPECT_TRUE(is_proved(noon + 20ms));
    EXPECT_TRUE(test::events<mobility::CareOfAddressProved>(
                    home_agent_.answer(noon + 30ms, challenges_in(actions).at(0)))
                    .empty())
        << "once";
}

TEST_F(SilentMobileNode, IsAskedAgainAfter333And667Milliseconds) {
    (void)settle();
    (void)home_agent_.hear(noon + 10s, update(2, care_of_b));
    for (const auto after : {333ms, 667ms}) {
        EXPECT_TRUE(challenges_in(home_agent_.core.on_deadline(noon + 10s + after - 1ms)).empty());
        EXPECT_EQ(home_agent_.core.next_deadline(), noon + 10s + after);
        EXPECT_EQ(challenges_in(home_agent_.core.on_deadline(noon + 10s + after)).size(), 1U);
    }
}

TEST_F(SilentMobileNode, GetsItsDataWhereItWasProvedAfterASecond) {
    (void)settle();
    const Actions moved = home_agent_.hear(noon + 10s, update(2, care_of_b));
    EXPECT_EQ(directed(moved).remote, care_of_b.address) << "at once";
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 11s - 1ms)), "");
    const Actions actions = home_agent_.core.on_deadline(noon + 11s);
    EXPECT_EQ(directed(actions), native_a);
    const auto told = test::events<mobility::CareOfAddressUnproved>(actions);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).care_of, care_of_b);
    EXPECT_EQ(told.at(0).fallback, care_of_a);
    EXPECT_EQ(home_agent_.binding(noon + 11s)->care_of, care_of_a);
    EXPECT_TRUE(is_proved(noon + 11s));
}

TEST_F(SilentMobileNode, GetsNothingAfterASecondIfItWasNeverProved) {
    const Actions first = home_agent_.hear(noon, update(1));
    const Actions actions = home_agent_.core.on_deadline(noon + 1s);
    EXPECT_EQ(test::order(actions), "direct hold");
    EXPECT_FALSE(test::events<mobility::CareOfAddressUnproved>(actions).at(0).fallback);
    EXPECT_TRUE(home_agent_.binding(noon + 1s)->is_held);

    const Actions late = home_agent_.answer(noon + 2s, challenges_in(first).at(0));
    EXPECT_EQ(test::order(late), "direct") << "it answers after all";
    EXPECT_FALSE(home_agent_.binding(noon + 2s)->is_held);
}

TEST_F(SilentMobileNode, GetsNothingBeforeItAnswersWhereItHasNotAnswered) {
    (void)settle();
    (void)home_agent_.hear(noon + 10s, update(2, care_of_b));
    (void)home_agent_.core.on_deadline(noon + 11s);
    const Actions again = home_agent_.hear(noon + 12s, update(3, care_of_b));
    EXPECT_EQ(status_in(again), BindingStatus::accepted);
    EXPECT_EQ(directed(again), native_a);
    ASSERT_EQ(challenges_in(again).size(), 1U);
    EXPECT_EQ(challenges_in(again).at(0).path.remote, care_of_b.address);

    const Actions proved = home_agent_.answer(noon + 12s + 20ms, challenges_in(again).at(0));
    EXPECT_EQ(directed(proved).remote, care_of_b.address);
    EXPECT_EQ(test::events<mobility::BindingMoved>(proved).at(0).to, care_of_b);
    EXPECT_EQ(home_agent_.binding(noon + 13s)->care_of, care_of_b);
}

TEST_F(SilentMobileNode, CannotKeepDataGoingByRetransmitting) {
    (void)settle();
    for (std::uint16_t sequence = 2; sequence < 12; ++sequence) {
        (void)home_agent_.hear(noon + 9900ms + sequence * 90ms, update(sequence, care_of_b));
    }
    EXPECT_EQ(home_agent_.binding(noon + 10979ms)->care_of, care_of_b);
    (void)home_agent_.core.on_deadline(noon + 11080ms);
    EXPECT_EQ(home_agent_.binding(noon + 11080ms)->care_of, care_of_a);
}

TEST_F(SilentMobileNode, CannotKeepDataGoingByDeregistering) {
    const Actions first = home_agent_.hear(noon, update(1));
    (void)home_agent_.hear_in_session(noon + 900ms, deregistration(2), home_agent_.complete(first));
    EXPECT_EQ(test::order(home_agent_.hear(noon + 950ms, update(3))), "end send admit direct hold");
}

// A second for each of three strangers, and another three as soon as the binding has gone, would
// make a flood.
TEST_F(SilentMobileNode, CannotKeepDataGoingByLettingItsBindingGo) {
    const wire::CareOfAddress c{test::ip("2001:db8:c::2")};
    const auto session = home_agent_.complete(home_agent_.hear(noon, update(1)));
    (void)home_agent_.hear(noon + 2s, update(2, care_of_b));
    (void)home_agent_.hear(noon + 4s, update(3, c));
    (void)home_agent_.hear_in_session(noon + 6s, deregistration(4), session);
    (void)home_agent_.core.on_deadline(noon + 16s);
    ASSERT_EQ(home_agent_.core.bindings().size(), 0U);
    EXPECT_EQ(home_agent_.core.next_deadline(), noon + 46s) << "ten seconds for each";
    EXPECT_EQ(test::order(home_agent_.hear(noon + 17s, update(1))), "send admit direct hold");
}

// Nor would a second each time that it has been elsewhere in between.
TEST_F(SilentMobileNode, CannotKeepDataGoingByAnsweringElsewhere) {
    const wire::CareOfAddress c{test::ip("2001:db8:c::2")};
    const mobility::Path to_c{.local = test::home_agent.address, .remote = c.address};
    (void)settle();
    (void)home_agent_.hear(noon + 10s, update(2, care_of_b));
    const Actions elsewhere = home_agent_.hear(noon + 10900ms, update(3, c));
    EXPECT_EQ(directed(elsewhere), to_c);
    (void)home_agent_.answer(noon + 10900ms, challenges_in(elsewhere).back());
    const Actions back = home_agent_.hear(noon + 10950ms, update(4, care_of_b));
    EXPECT_EQ(home_agent_.binding(noon + 10950ms)->path, to_c);
    EXPECT_EQ(challenges_in(back).size(), 1U) << "it may be there after all";
}

TEST_F(SilentMobileNode, IsTrustedAgainOnceItsDoubtsAreOld) {
    (void)home_agent_.hear(noon, update(1));
    (void)home_agent_.core.on_deadline(noon + 600s);  // it has expired
    EXPECT_EQ(home_agent_.core.next_deadline(), noon + 610s);
    (void)home_agent_.core.on_deadline(noon + 610s);
    EXPECT_EQ(home_agent_.core.entries(), 0U) << "and costs nothing";
    EXPECT_EQ(test::order(home_agent_.hear(noon + 700s, update(1))), "send admit direct");
}

TEST_F(SilentMobileNode, NeedsNoNewProofForARefresh) {
    (void)settle();
    EXPECT_TRUE(challenges_in(home_agent_.hear(noon + 10s, update(2))).empty());
    EXPECT_TRUE(is_proved(noon + 10s));
}

// Data goes where it was before, but the mobile node hears answers to its own heartbeats and thinks
// that all is well.
TEST_F(SilentMobileNode, IsAskedAgainWhenAHeartbeatComesFromWhereItHasNotAnswered) {
    (void)settle();
    (void)home_agent_.hear(noon + 10s, update(2, care_of_b));
    (void)home_agent_.core.on_deadline(noon + 11s);
    mobility::Path native_b = native_a;
    native_b.remote = care_of_b.address;
    const Actions asked = home_agent_.hear_heartbeat(noon + 12s, {.sequence = 1}, native_b);
    ASSERT_EQ(challenges_in(asked).size(), 1U);
    EXPECT_EQ(directed(home_agent_.answer(noon + 12s, challenges_in(asked).at(0))), native_b);
}

TEST(HomeAgentProof, IsNotAskedForInALaboratory) {
    AskedHomeAgent home_agent(Protection::none);
    home_agent.answers_heartbeats = false;
    EXPECT_EQ(test::order(home_agent.hear(noon, update(1))), "send direct");
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 600s);
}

TEST(HomeAgentProof, IsSignedInAPlainTunnel) {
    AskedHomeAgent home_agent(Protection::plain);
    home_agent.answers_heartbeats = false;
    const auto challenges = challenges_in(home_agent.hear(noon, update(1)));
    ASSERT_EQ(challenges.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(challenges.at(0).seal));
    EXPECT_EQ(test::events<mobility::CareOfAddressProved>(home_agent.answer(noon, challenges.at(0)))
                  .size(),
              1U);
}

}  // namespace
}  // namespace godwit::server
