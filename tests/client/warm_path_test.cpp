#include "client/core/warm_path.hpp"

#include <gtest/gtest.h>

#include "shared/wire/options/binding_identifier.hpp"
#include "shared/wire/options/nat_detection.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

Away offer(std::uint32_t interface, const wire::CareOfAddress& care_of) {
    return {.care_of = {.interface = {interface}, .address = care_of.address},
            .path = {.interface = {interface},
                     .local = care_of.address,
                     .remote = test::home_agent.address}};
}
const Away wire_offer = offer(1, test::care_of_a);
const Away radio_offer = offer(2, test::care_of_b);

class WarmPathTest : public testing::Test {
  protected:
    WarmPathTest() {
        (void)node.hear_answer(noon, node.register_at(noon),
                               {.options = {wire::BindingIdentifier{.id = 1, .care_of = {}}}});
        warm.on_place(noon, wire_offer.path, {wire_offer, radio_offer}, node.core);
    }
    Actions run(Instant now) {
        Actions actions;
        node.core.on_deadline(now, actions);
        warm.on_deadline(now, node.core, actions);
        return actions;
    }
    // Registers it, a second after the place was taken; the heartbeat that follows.
    wire::Heartbeat become_registered() {
        (void)node.hear_answer(noon + 1s, run(noon + 1s),
                               {.options = {wire::BindingIdentifier{.id = 2, .care_of = {}}}});
        return heartbeat_in(run(noon + 1s));
    }
    static wire::Heartbeat heartbeat_in(const Actions& actions) {
        return test::messages<wire::Heartbeat>(actions).at(0);
    }

    RegisteringNode node{[] {
        RegistrationSettings settings = settings_of(Protection::sealed);
        settings.wants_other_bindings = true;
        return settings;
    }()};
    WarmPath warm{test::home, 1000};
};

TEST_F(WarmPathTest, IsRegisteredOnceTheOneInUseHasHadItsSecond) {
    EXPECT_EQ(warm.next_deadline(), noon + 1s);
    EXPECT_TRUE(run(noon + 1s - 1ms).empty());
    EXPECT_EQ(update_in(run(noon + 1s)).path, radio_offer.path);
    EXPECT_FALSE(warm.path());
}

TEST_F(WarmPathTest, CountsOnceItHasAnsweredThroughTheTunnel) {
    const auto asked = become_registered();
    EXPECT_FALSE(warm.path());
    warm.on_response(noon + 1040ms, asked.sequence);
    EXPECT_EQ(warm.path(), radio_offer.path);
    EXPECT_TRUE(warm.has_answered_since(noon + 1040ms));
    EXPECT_FALSE(warm.has_answered_since(noon + 1040ms - 1ns));
}

TEST_F(WarmPathTest, CostsAHeartbeatEach25Seconds) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    EXPECT_EQ(warm.next_deadline(), noon + 26040ms);
    EXPECT_TRUE(run(noon + 26s).empty());
    const auto asked = heartbeat_in(run(noon + 26040ms));
    warm.on_response(noon + 26080ms, asked.sequence);
    EXPECT_EQ(warm.next_deadline(), noon + 51080ms);
}

TEST_F(WarmPathTest, CostsAHeartbeatAsOftenAsTheHomeAgentAdvisesForItsNat) {  // RFC 5555 §3.2.2
    const auto advised = [this](Instant now, std::uint32_t refresh) {
        (void)node.hear_answer(
            now, run(now),
            {.options = {
                 wire::BindingIdentifier{.id = 2, .care_of = {}},
                 wire::NatDetection{.refresh = std::chrono::duration<std::uint32_t>(refresh)}}});
        warm.on_response(now, heartbeat_in(run(now)).sequence);
        return *warm.next_deadline() - now;
    };
    EXPECT_EQ(advised(noon + 1s, 10), 10s);
    for (const std::uint32_t refresh : {0U, 60U, 0xffffffffU}) {
        warm.rest(node.core);
        warm.on_place(noon + 2s, wire_offer.path, {wire_offer, radio_offer}, node.core);
        EXPECT_EQ(advised(noon + 3s, refresh), 25s) << refresh;
    }
}

TEST_F(WarmPathTest, IsNoneAnyMoreAfterThreeHeartbeatsInVain) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    for (int tries = 0; tries < 3; ++tries) {
        EXPECT_EQ(test::messages<wire::Heartbeat>(run(noon + 26040ms + tries * 1s)).size(), 1U);
        EXPECT_TRUE(warm.path());
    }
    EXPECT_TRUE(run(noon + 29040ms).empty());
    EXPECT_FALSE(warm.path());
    EXPECT_FALSE(node.core.beside());
    EXPECT_EQ(warm.next_deadline(), noon + 31040ms) << "it is tried again, ever more rarely";
}

TEST_F(WarmPathTest, IsNotRegisteredAgainForAWhileOnceTheHomeAgentHasEndedIt) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    Actions revoked;
    EXPECT_EQ(
        node.core.on_revocation(
            noon + 2s, {.path = radio_offer.path, .home = test::home, .content = mobility::Hint{}},
            mobility::InSession{node.core.binding(noon + 2s)->session.value()},
            {.trigger = wire::RevocationTrigger::administrative_reason,
             .sequence = SequenceNumber(7),
             .options = {wire::BindingIdentifier{.id = 2, .care_of = {}}}},
            revoked),
        HomeRegistration::Outcome::none);
    EXPECT_FALSE(node.core.beside());
    EXPECT_TRUE(run(noon + 2s).empty());
    EXPECT_FALSE(warm.path());
    EXPECT_EQ(warm.next_deadline(), noon + 66s);
}

TEST_F(WarmPathTest, IsRegisteredAgainSoonWhereTheHomeAgentHasLostIt) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    Actions doubted;
    node.core.on_home_agent_restart(noon + 2s, doubted);
    (void)node.hear_answer(noon + 2s, doubted,
                           {.options = {wire::BindingIdentifier{.id = 1, .care_of = {}}}});
    (void)run(noon + 2s);
    EXPECT_FALSE(warm.path());
    EXPECT_EQ(warm.next_deadline(), noon + 3s);
    EXPECT_EQ(update_in(run(noon + 3s)).path, radio_offer.path);
}

// The one in use was silent for a moment, and answered before the move was acknowledged.
TEST_F(WarmPathTest, IsRegisteredAgainSoonWhereItHasGoneWithAMoveThatWasTakenBack) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    Actions moved;
    node.core.register_paths(noon + 2s, {radio_offer.path}, moved);
    Actions back;
    node.core.register_paths(noon + 2100ms, {wire_offer.path}, back);
    (void)node.hear_answer(noon + 2140ms, back,
                           {.options = {wire::BindingIdentifier{.id = 1, .care_of = {}}}});
    warm.on_place(noon + 2140ms, wire_offer.path, {wire_offer, radio_offer}, node.core);
    (void)run(noon + 2140ms);
    EXPECT_EQ(warm.next_deadline(), noon + 3140ms);
    EXPECT_EQ(update_in(run(noon + 3140ms)).path, radio_offer.path);
}

TEST_F(WarmPathTest, IsLeftWhenItsLinkGoes) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    warm.on_place(noon + 2s, wire_offer.path, {wire_offer}, node.core);
    EXPECT_FALSE(warm.path());
    EXPECT_FALSE(node.core.beside());
    EXPECT_FALSE(warm.next_deadline());
}

TEST_F(WarmPathTest, IsTheOneThatWasInUseAfterASwitch) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    warm.on_place(noon + 2s, radio_offer.path, {wire_offer, radio_offer}, node.core);
    EXPECT_FALSE(warm.path());
    EXPECT_EQ(update_in(run(noon + 3s)).path, wire_offer.path);
}

// Flows would wait there for ever.
TEST_F(WarmPathTest, IsGivenUpIfTheOneThatWasInUseDoesNotAnswerBeside) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    Actions moved;
    node.core.register_paths(noon + 2s, {radio_offer.path}, moved);
    (void)node.hear_answer(noon + 2s, moved,
                           {.options = {wire::BindingIdentifier{.id = 2, .care_of = {}}}});
    warm.on_place(noon + 2s, radio_offer.path, {wire_offer, radio_offer}, node.core);
    EXPECT_EQ(update_in(run(noon + 3s)).path, wire_offer.path);
    EXPECT_TRUE(node.core.bound().contains(wire_offer.path)) << "it may be well";
    (void)run(noon + 4500ms);
    EXPECT_EQ(node.core.bound().all(), std::vector{radio_offer.path});
    EXPECT_FALSE(node.core.is_asking_beside()) << "the home agent hears first that it is left";
    const Actions again = run(noon + 4600ms);
    EXPECT_EQ(update_in(again).path, wire_offer.path);
    (void)node.hear_answer(noon + 4640ms, again,
                           {.options = {wire::BindingIdentifier{.id = 1, .care_of = {}}}});
    EXPECT_TRUE(node.core.bound().contains(wire_offer.path)) << "now it answers";
}

TEST_F(WarmPathTest, IsTheBestOfTheOthers) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    const Away dock = offer(3, {test::ip("2001:db8:1::3")});
    warm.on_place(noon + 2s, wire_offer.path, {wire_offer, dock, radio_offer}, node.core);
    EXPECT_EQ(update_in(run(noon + 3s)).path, dock.path);
}

TEST_F(WarmPathTest, IsNotWhereNothingStandsForIt) {
    Away abandoned = radio_offer;
    abandoned.care_of.abandoned = true;
    warm.on_place(noon, wire_offer.path, {wire_offer, abandoned}, node.core);
    EXPECT_FALSE(warm.next_deadline());
}

TEST_F(WarmPathTest, IsNotOfAnAddressThatIsNoLongerPreferred) {
    Away deprecated = radio_offer;
    deprecated.care_of.deprecated = true;
    warm.on_place(noon, wire_offer.path, {wire_offer, deprecated}, node.core);
    EXPECT_FALSE(warm.next_deadline());
}

TEST_F(WarmPathTest, IsKeptWhenItsLinkOffersMore) {
    warm.on_response(noon + 1040ms, become_registered().sequence);
    Away by_udp = radio_offer;
    by_udp.path.encapsulation = mobility::Encapsulation::udp;
    warm.on_place(noon + 2s, wire_offer.path, {wire_offer, radio_offer, by_udp}, node.core);
    EXPECT_EQ(warm.path(), radio_offer.path);
}

TEST_F(WarmPathTest, IsTriedEachWayThatItsLinkOffers) {
    Away by_udp = radio_offer;
    by_udp.path.encapsulation = mobility::Encapsulation::udp;
    warm.on_place(noon, wire_offer.path, {wire_offer, radio_offer, by_udp}, node.core);
    std::vector<mobility::Encapsulation> tried;
    for (Instant now = noon; now < noon + 6s; now += 100ms) {
        for (const auto& sent : test::all<mobility::SendMessage>(run(now))) {
            tried.push_back(sent.path.encapsulation);
        }
    }
    ASSERT_GE(tried.size(), 3U);
    EXPECT_EQ(tried.at(0), mobility::Encapsulation::ip6);
    EXPECT_NE(std::ranges::find(tried, mobility::Encapsulation::udp), tried.end());
}

TEST_F(WarmPathTest, IsNotProvedByAnAnswerToNothing) {
    warm.on_response(noon, 1000);
    EXPECT_FALSE(warm.path());
    const auto asked = become_registered();
    warm.on_response(noon + 1040ms, asked.sequence + 1);
    EXPECT_FALSE(warm.path());
}

}  // namespace
}  // namespace godwit::client
