// Heartbeats at the home agent (RFC 5847), the proof of a care-of address by them, and the endpoint
// that a NAT moves.

#include "shared/mobility/answer_delay.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using mobility::Encapsulation;
using test::care_of_a;
using test::care_of_b;
using testing::ElementsAre;

const mobility::Path native_a{.local = test::home_agent.address, .remote = care_of_a.address};

mobility::Path nat_path(std::uint16_t port) {
    return {.encapsulation = Encapsulation::udp,
            .local = test::ip("::ffff:203.0.113.1"),
            .remote = test::ip("::ffff:198.51.100.5"),
            .local_port = 4191,
            .remote_port = port};
}
wire::BindingUpdate udp_update(std::uint16_t sequence) {
    wire::BindingUpdate asked = update(sequence);
    asked.options = {wire::Ipv4CareOfAddress{*test::ip("::ffff:192.168.1.7").mapped_ipv4()}};
    return asked;
}
// Of the mobile node.
const mobility::Path udp_path{.encapsulation = Encapsulation::udp,
                              .local = test::ip("::ffff:192.168.1.7"),
                              .remote = test::ip("::ffff:203.0.113.1"),
                              .local_port = 40000,
                              .remote_port = 4191};

mobility::Path directed(const Actions& actions) {
    return test::all<mobility::DirectTunnel>(actions).at(0).path;
}
mobility::SessionId admitted(const Actions& actions) {
    return test::all<mobility::AdmitSession>(actions).at(0).session;
}

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

wire::Heartbeat answered_after(std::chrono::seconds delay, std::uint32_t sequence) {
    return {.sequence = sequence, .options = {mobility::answer_after(delay)}};
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

TEST(HomeAgentHeartbeat, IsOfItsOwner) {  // RFC 6275 §5.1
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.mobile_nodes.at(0).home = {test::ip("2001:db8:f::8")};
    settings.mobile_nodes.push_back({"another", test::home});
    AskedHomeAgent home_agent(settings);
    const Actions actions = home_agent.hear_heartbeat(noon, {.sequence = 1}, native_a);
    EXPECT_TRUE(test::all<mobility::SendMessage>(actions).empty());
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

class BehindANat : public testing::Test {
  protected:
    BehindANat() {
        home_agent_.put_behind_nat(nat_path(0).remote, 61234);
        const Actions first = home_agent_.hear_along(noon, udp_update(1), udp_path);
        session_ = admitted(first);
        home_agent_.answers_heartbeats = false;
    }
    Actions move_to(const mobility::Path& path, Instant now = noon + 10s) {
        return home_agent_.core.on_moved_endpoint(now, session_, path);
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;
};

TEST_F(BehindANat, IsFollowedToAnotherPort) {
    const Actions actions = move_to(nat_path(50000));
    EXPECT_EQ(directed(actions), nat_path(50000));
    const auto told = test::events<mobility::EndpointMoved>(actions);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from, nat_path(61234));
    EXPECT_EQ(told.at(0).to, nat_path(50000));
    ASSERT_EQ(challenges_in(actions).size(), 1U) << "and has to prove itself there";
    EXPECT_EQ(challenges_in(actions).at(0).path, nat_path(50000));
}

TEST_F(BehindANat, IsFollowedToAnotherAddress) {
    mobility::Path path = nat_path(50000);
    path.remote = test::ip("::ffff:198.51.100.77");
    EXPECT_EQ(directed(move_to(path)), path);
}

TEST_F(BehindANat, GoesBackIfNothingAnswersThere) {
    (void)move_to(nat_path(50000));
    const Actions actions = home_agent_.core.on_deadline(noon + 11s);
    EXPECT_EQ(directed(actions), nat_path(61234));
    EXPECT_EQ(test::events<mobility::CareOfAddressUnproved>(actions).size(), 1U);
}

// What comes from where it has said that it is has not been moved there by a NAT.
TEST_F(BehindANat, IsBoundByTheCareOfAddressThatItHasNamedWhereItAnswers) {
    const auto named = test::ip("::ffff:192.168.9.7");
    mobility::Path there = nat_path(50000);
    there.remote = test::ip("::ffff:198.51.100.77");
    home_agent_.put_behind_nat(there.remote, there.remote_port);
    wire::BindingUpdate moved = udp_update(2);
    moved.options = {wire::Ipv4CareOfAddress{*named.mapped_ipv4()}};
    mobility::Path path = udp_path;
    path.local = named;
    (void)home_agent_.hear_along(noon + 1s, moved, path);
    EXPECT_EQ(directed(home_agent_.core.on_deadline(noon + 2s)), nat_path(61234));

    const Actions heard = move_to(there, noon + 3s);
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(heard).empty());
    ASSERT_EQ(challenges_in(heard).size(), 1U) << "it is asked at once";
    (void)home_agent_.answer(noon + 3s, challenges_in(heard).at(0));
    EXPECT_EQ(home_agent_.binding(noon + 3s)->path, there);
    EXPECT_EQ(home_agent_.binding(noon + 3s)->care_of.address, named);
}

TEST_F(BehindANat, IsNotMovedByALatePacketOfAnotherPath) {
    mobility::Path native = native_a;
    EXPECT_TRUE(move_to(native).empty());
    mobility::Path elsewhere = nat_path(50000);
    elsewhere.local = test::ip("::ffff:203.0.113.2");
    EXPECT_TRUE(move_to(elsewhere).empty());
    mobility::Path other_port = nat_path(50000);
    other_port.local_port = 443;
    EXPECT_TRUE(move_to(other_port).empty());
    EXPECT_TRUE(move_to(nat_path(61234)).empty()) << "it is there";
    EXPECT_EQ(home_agent_.binding(noon)->path, nat_path(61234));
}

TEST_F(BehindANat, IsNotMovedWhereATunnelWouldLoop) {
    mobility::Path loop = nat_path(50000);
    loop.remote = loop.local;
    EXPECT_TRUE(move_to(loop).empty());
}

TEST_F(BehindANat, IsNotMovedByASessionOfAnother) {
    EXPECT_TRUE(
        home_agent_.core.on_moved_endpoint(noon + 1s, {0x80000001}, nat_path(50000)).empty());
}

TEST_F(BehindANat, IsFollowedByItsSessionsOfBeforeAndAfter) {
    home_agent_.answers_heartbeats = true;
    const Actions second = home_agent_.hear_along(noon + 1s, udp_update(2), udp_path);
    EXPECT_EQ(
        directed(home_agent_.core.on_moved_endpoint(noon + 2s, admitted(second), nat_path(50001))),
        nat_path(50001))
        << "not confirmed yet";
    (void)home_agent_.core.on_session_confirmed(noon + 2s, admitted(second));
    EXPECT_EQ(directed(move_to(nat_path(50002), noon + 2500ms)), nat_path(50002))
        << "the one before";
    (void)home_agent_.core.on_deadline(noon + 40s);
    EXPECT_TRUE(test::events<mobility::EndpointMoved>(move_to(nat_path(50003), noon + 41s)).empty())
        << "has ended";
}

TEST(PlainTunnelBehindANat, IsFollowedByItsHeartbeats) {
    AskedHomeAgent home_agent(Protection::plain);
    home_agent.put_behind_nat(nat_path(0).remote, 61234);
    const auto session = home_agent.complete(home_agent.hear_along(noon, udp_update(1), udp_path));
    home_agent.put_behind_nat(nat_path(0).remote, 50000);
    const auto asked =
        home_agent.carry(wire::Heartbeat{.sequence = 1}, mobility::InSession{session}, udp_path);
    const Actions actions = home_agent.core.on_received(noon + 10s, asked);
    EXPECT_EQ(directed(actions), nat_path(50000));
    EXPECT_EQ(test::events<mobility::EndpointMoved>(actions).size(), 1U);
}

// The mobile node asks along other paths too, and from a port that nothing depends on.
TEST(PlainTunnelBehindANat, IsNotMovedByEveryHeartbeat) {
    AskedHomeAgent home_agent(Protection::plain);
    home_agent.put_behind_nat(nat_path(0).remote, 61234);
    const auto session = home_agent.complete(home_agent.hear_along(noon, udp_update(1), udp_path));
    home_agent.put_behind_nat(nat_path(0).remote, 50000);
    const auto hear = [&](const wire::Heartbeat& heartbeat) {
        return home_agent.core.on_received(
            noon + 10s, home_agent.carry(heartbeat, mobility::InSession{session}, udp_path));
    };
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(hear(answered_after(41s, 1))).empty());
    home_agent.put_behind_nat(test::ip("::ffff:198.51.100.99"), 50000);
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(hear({.sequence = 2})).empty());
}

}  // namespace
}  // namespace godwit::server
