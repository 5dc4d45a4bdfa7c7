// A binding that the home agent ends: RFC 5846 §10, docs/protocol.md, "Revocation".

#include "client/core/mobile_node.hpp"
#include "shared/wire/options/ipv4_address_acknowledgement.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::care_of_b;
using wire::RevocationStatus;
using wire::RevocationTrigger;
using enum wire::RevocationTrigger;

mobility::Attachments at(const wire::CareOfAddress& care_of) {
    return {.candidates = {{.interface = {1}, .address = care_of.address}}, .home = {}};
}

const mobility::Attachments at_home{
    .candidates = {}, .home = mobility::HomeLink{.interface = {1}, .router = test::ip("fe80::1")}};

// A registered mobile node, and what its home agent says under their session.
class RevokedNode {
  public:
    explicit RevokedNode(const RegistrationSettings& settings = settings_of(Protection::sealed),
                         wire::MobilityOptions always = {})
        : core{{.registration = settings}}, always_(std::move(always)) {
        (void)acknowledge(noon, core.on_attachments(noon, at(care_of_a)));
    }

    Actions acknowledge(Instant now, const Actions& asked,
                        BindingStatus status = BindingStatus::accepted) {
        const auto received = link.carry_to_home_agent(update_in(asked));
        const auto& message = std::get<0>(received.content);
        const auto& update = std::get<wire::BindingUpdate>(message.message());
        session = test::proving_session(received);
        return core.on_received(
            now, link.carry_to_mobile_node(
                     {.path = received.path,
                      .home = received.home,
                      .message = wire::BindingAcknowledgement{.status = status,
                                                              .sequence = update.sequence,
                                                              .lifetime = Lifetime(150),
                                                              .options = always_},
                      .seal = mobility::InHandshake{session}}));
    }
    Actions say(Instant now, wire::MobilityMessage message) {
        return core.on_received(now, words(std::move(message)));
    }
    // To be heard later.
    mobility::Received words(wire::MobilityMessage message) {
        return link.carry_to_mobile_node({.path = {.interface = {1},
                                                   .local = test::home_agent.address,
                                                   .remote = care_of_a.address},
                                          .home = test::home,
                                          .message = std::move(message),
                                          .seal = mobility::InSession{session}});
    }
    Actions revoke(Instant now, RevocationTrigger trigger, std::uint16_t sequence = 7) {
        return say(now, wire::BindingRevocationIndication{.trigger = trigger,
                                                          .sequence = SequenceNumber(sequence)});
    }
    // Registers by another handshake, and has the home agent use the session.
    void register_anew(Instant now) {
        (void)acknowledge(now, core.on_rekey_due(now, session));
        hear_home_agent(now);
    }
    void hear_home_agent(Instant now) {
        (void)core.on_session_confirmed(now, core.binding(now)->session.value());
    }

    MobileNode core;
    test::AuthenticatedLink link{Protection::sealed};
    mobility::SessionId session;  // the home agent's name of it

  private:
    wire::MobilityOptions always_;  // in each acknowledgement
};

// The one acknowledgement of a revocation; throws if there is none.
wire::BindingRevocationAcknowledgement answer_in(const Actions& actions) {
    return test::messages<wire::BindingRevocationAcknowledgement>(actions).at(0);
}
std::size_t updates_in(const Actions& actions) {
    return test::messages<wire::BindingUpdate>(actions).size();
}

TEST(Revocation, EndsTheBindingAndIsAcknowledgedUnderItsSession) {
    RevokedNode node;
    const Actions actions = node.revoke(noon + 10s, user_initiated_session_termination);
    EXPECT_EQ(test::order(actions), "send close");
    EXPECT_EQ(answer_in(actions).status, RevocationStatus::success);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(7));
    const auto answer = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(answer.seal));
    EXPECT_NO_THROW((void)node.link.carry_to_home_agent(answer));
    EXPECT_EQ(node.core.binding(noon + 10s), nullptr);
    EXPECT_EQ(test::events<mobility::BindingRevoked>(actions).at(0).trigger,
              user_initiated_session_termination);
}

TEST(Revocation, IsAcknowledgedAgainWhereTheAcknowledgementWasLost) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination);
    const Actions again = node.revoke(noon + 11s, user_initiated_session_termination);
    EXPECT_EQ(test::order(again), "send");
    EXPECT_EQ(answer_in(again).status, RevocationStatus::success);
    EXPECT_TRUE(test::order(node.core.on_deadline(noon + 40s)).starts_with("end")) << "the session";
}

TEST(Revocation, ByAKickLetsTheNodeRegisterAtOnce) {
    for (const auto trigger :
         {unspecified, administrative_reason, access_network_session_termination,
          possible_out_of_sync_binding_cache}) {
        RevokedNode node;
        const Actions actions = node.revoke(noon + 10s, trigger);
        EXPECT_EQ(updates_in(actions), 1U);
        EXPECT_EQ(node.core.state(noon + 10s), State::registering);
    }
}

TEST(Revocation, ByKicksInARowLetsTheNodeRegisterOnceASecond) {
    RevokedNode node;
    const Actions asked = node.revoke(noon + 10s, administrative_reason, 7);
    Actions update;
    update.push_back(test::all<mobility::SendMessage>(asked).at(1));
    (void)node.acknowledge(noon + 10s, update);
    EXPECT_EQ(updates_in(node.revoke(noon + 10s + 100ms, administrative_reason, 8)), 0U);
    EXPECT_EQ(node.core.next_deadline(), noon + 11s);
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 11s)), 1U);
}

TEST(Revocation, ForGoodIsTheStateAndIsAskedAboutEveryFifteenSeconds) {
    RevokedNode node;
    EXPECT_EQ(updates_in(node.revoke(noon + 10s, user_initiated_session_termination)), 0U);
    EXPECT_EQ(node.core.state(noon + 10s), State::revoked);
    std::vector<Instant> asked;
    for (Instant now = noon + 11s; now < noon + 50s; now += 500ms) {
        if (updates_in(node.core.on_deadline(now)) > 0) {
            asked.push_back(now);
        }
    }
    // Each time once more, after the first registration's 1.5 s.
    ASSERT_EQ(asked.size(), 4U);
    EXPECT_EQ(asked.at(0), noon + 25s);
    EXPECT_EQ(asked.at(1), noon + 26s + 500ms);
    EXPECT_GE(asked.at(2), asked.at(1) + 15s);
    EXPECT_EQ(node.core.state(noon + 50s), State::revoked);
}

TEST(Revocation, ForGoodHoldsInAnotherNetworkToo) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination);
    EXPECT_EQ(updates_in(node.core.on_attachments(noon + 20s, at(care_of_b))), 0U);
    EXPECT_EQ(node.core.state(noon + 20s), State::revoked);
    EXPECT_GE(node.core.next_deadline(), noon + 25s);
}

TEST(Revocation, LeavesNothingToBeDoneAtHome) {
    for (const auto trigger : {administrative_reason, user_initiated_session_termination}) {
        RevokedNode node;
        (void)node.revoke(noon + 10s, trigger);
        (void)node.acknowledge(noon + 11s, node.core.on_attachments(noon + 11s, at_home));
        EXPECT_EQ(node.core.state(noon + 11s), State::home);
        (void)node.core.on_deadline(noon + 60s);
        EXPECT_EQ(node.core.next_deadline(), std::nullopt);
    }
}

TEST(Revocation, ForGoodIsAskedAboutEveryFifteenSecondsAtHomeToo) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination);
    const Actions refused = node.core.on_attachments(noon + 11s, at_home);
    (void)node.acknowledge(noon + 11s, refused, BindingStatus::administratively_prohibited);
    EXPECT_EQ(node.core.state(noon + 11s), State::revoked);
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 25s)), 0U);
    EXPECT_EQ(node.core.next_deadline(), noon + 26s);
    const Actions unanswered = node.core.on_deadline(noon + 26s);
    EXPECT_EQ(updates_in(unanswered), 1U);
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 27s + 500ms)), 1U);
    (void)node.core.on_deadline(noon + 31s);
    EXPECT_EQ(node.core.state(noon + 31s), State::revoked);
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 45s)), 0U);
    EXPECT_EQ(node.core.next_deadline(), noon + 46s);
    (void)node.acknowledge(noon + 46s, node.core.on_deadline(noon + 46s),
                           BindingStatus::not_home_agent_for_this_mobile_node);
    EXPECT_EQ(node.core.state(noon + 46s), State::home);
}

TEST(Revocation, OfWhatIsBeingGivenUpAtHomeIsAskedAboutOnce) {
    RevokedNode node;
    (void)node.core.on_attachments(noon + 10s, at_home);
    const Actions asked = node.revoke(noon + 10s + 10ms, administrative_reason);
    ASSERT_EQ(updates_in(asked), 1U) << "the answer to the first is not awaited any more";
    Actions update;
    update.push_back(test::all<mobility::SendMessage>(asked).at(1));
    (void)node.acknowledge(noon + 10s + 20ms, update,
                           BindingStatus::not_home_agent_for_this_mobile_node);
    EXPECT_EQ(node.core.state(noon + 10s + 20ms), State::home);
}

TEST(Revocation, OfAnAddressThatIsSomebodyElsesByNowIsNotAskedAbout) {  // RFC 6275 §11.7.3
    RevokedNode node;
    const Actions asked = node.revoke(noon + 10s, administrative_reason);
    Actions update;
    update.push_back(test::all<mobility::SendMessage>(asked).at(1));
    (void)node.acknowledge(noon + 10s, update, BindingStatus::duplicate_address_detection_failed);
    (void)node.core.on_deadline(noon + 60s);
    EXPECT_EQ(node.core.next_deadline(), std::nullopt);
}

TEST(Revocation, IsOverWhenTheHomeAgentTakesTheNodeAgain) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination);
    const Actions refused = node.core.on_deadline(noon + 25s);
    (void)node.acknowledge(noon + 25s, refused, BindingStatus::administratively_prohibited);
    EXPECT_EQ(node.core.state(noon + 25s), State::revoked);
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 39s)), 0U);
    (void)node.acknowledge(noon + 40s, node.core.on_deadline(noon + 40s));
    EXPECT_EQ(node.core.state(noon + 40s), State::registered);
}

TEST(Revocation, OfNoBindingIsPassedOver) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination, 7);
    const Actions actions = node.revoke(noon + 11s, user_initiated_session_termination, 8);
    EXPECT_EQ(test::order(actions), "");
    EXPECT_EQ(test::drops(actions).at(0), mobility::DropReason::not_expected);
}

TEST(Revocation, ThatWasHeldBackDoesNotEndTheBindingAfterIt) {
    RevokedNode node;
    const auto held_back = node.words(
        wire::BindingRevocationIndication{.trigger = user_initiated_session_termination});
    node.register_anew(noon + 10s);
    const Actions actions = node.core.on_received(noon + 11s, held_back);
    EXPECT_EQ(test::order(actions), "") << "it is neither answered nor followed";
    EXPECT_EQ(test::drops(actions).at(0), mobility::DropReason::not_expected);
    EXPECT_EQ(node.core.state(noon + 11s), State::registered);
}

TEST(Revocation, UnderTheSessionBeforeIsTakenUntilTheHomeAgentUsesTheNewOne) {
    RevokedNode node;
    const auto under_the_first =
        node.words(wire::BindingRevocationIndication{.trigger = administrative_reason});
    (void)node.acknowledge(noon + 10s, node.core.on_rekey_due(noon + 10s, node.session));
    const Actions actions = node.core.on_received(noon + 10s + 10ms, under_the_first);
    EXPECT_EQ(answer_in(actions).status, RevocationStatus::success);
    EXPECT_EQ(node.core.binding(noon + 10s + 10ms), nullptr);
}

TEST(Revocation, ThatHasEndedOneBindingEndsNoOther) {
    RevokedNode node;
    const auto first = node.words(wire::BindingRevocationIndication{
        .trigger = administrative_reason, .sequence = SequenceNumber(7)});
    const auto held_back = node.words(wire::BindingRevocationIndication{
        .trigger = administrative_reason, .sequence = SequenceNumber(8)});
    const auto kick = [&](Instant now, const Actions& asked) {
        Actions update;
        update.push_back(test::all<mobility::SendMessage>(asked).at(1));
        (void)node.acknowledge(now, update);
    };
    kick(noon + 10s, node.core.on_received(noon + 10s, first));
    kick(noon + 12s, node.revoke(noon + 12s, administrative_reason, 9));
    ASSERT_NE(node.core.binding(noon + 12s), nullptr);
    const Actions again = node.core.on_received(noon + 13s, first);
    EXPECT_EQ(test::order(again), "send") << "it is acknowledged, no more";
    EXPECT_EQ(answer_in(again).status, RevocationStatus::success);
    EXPECT_EQ(test::order(node.core.on_received(noon + 13s, held_back)), "");
    EXPECT_EQ(node.core.state(noon + 13s), State::registered);
}

TEST(Revocation, OfTheIpv4HomeAddressIsAcknowledgedAgainAsTheFirstTime) {
    const wire::Ipv4Address granted{{10, 19, 0, 2}};
    RegistrationSettings settings = settings_of(Protection::sealed);
    settings.wants_ipv4 = true;
    RevokedNode node(settings, {wire::Ipv4AddressAcknowledgement{.home = granted}});
    const wire::BindingRevocationIndication indication{
        .sequence = SequenceNumber(7),
        .ipv4_home_address_only = true,
        .options = {wire::Ipv4HomeAddress{.home = granted}}};
    EXPECT_EQ(answer_in(node.say(noon + 10s, indication)).status, RevocationStatus::success);
    EXPECT_FALSE(node.core.ipv4_home());
    EXPECT_EQ(answer_in(node.say(noon + 11s, indication)).status, RevocationStatus::success);
}

TEST(Revocation, IsRefusedWhereItIsNotForAMobileNode) {
    const auto refusal = [](const wire::BindingRevocationIndication& indication) {
        RevokedNode node;
        const Actions actions = node.say(noon + 10s, indication);
        EXPECT_EQ(test::order(actions), "send");
        EXPECT_EQ(node.core.state(noon + 10s), State::registered);
        EXPECT_EQ(answer_in(actions).proxy_binding, indication.proxy_binding);
        EXPECT_EQ(answer_in(actions).global, indication.global);
        return answer_in(actions).status;
    };
    EXPECT_EQ(refusal({.proxy_binding = true}),
              RevocationStatus::proxy_binding_revocation_not_supported);
    EXPECT_EQ(refusal({.global = true}), RevocationStatus::revocation_function_not_supported);
    EXPECT_EQ(refusal({.trigger = RevocationTrigger{2}}),
              RevocationStatus::revocation_trigger_not_supported);
    EXPECT_EQ(refusal({.options = {wire::BindingIdentifier{.id = 99, .care_of = {}}}}),
              RevocationStatus::binding_does_not_exist);
}

TEST(Revocation, OfTheIpv4HomeAddressAloneNeedsTheOneHeld) {  // the V flag
    RevokedNode node;
    const Actions without =
        node.say(noon + 10s, wire::BindingRevocationIndication{.ipv4_home_address_only = true});
    EXPECT_EQ(answer_in(without).status, RevocationStatus::ipv4_home_address_option_required);
    EXPECT_TRUE(answer_in(without).ipv4_home_address_only);
    const Actions another =
        node.say(noon + 10s, wire::BindingRevocationIndication{
                                 .ipv4_home_address_only = true,
                                 .options = {wire::Ipv4HomeAddress{.home = {{10, 0, 0, 9}}}}});
    EXPECT_EQ(answer_in(another).status, RevocationStatus::binding_does_not_exist);
    EXPECT_EQ(node.core.state(noon + 10s), State::registered);
}

TEST(MobileNode, KnowsWhyItIsNotTakenUntilItIs) {
    MobileNode core({.registration = settings_of(Protection::sealed)});
    const Actions asked = core.on_attachments(noon, at(care_of_a));
    const auto hint = [&](SequenceNumber sequence) {
        return core.on_received(
            noon, {.path = {.local = care_of_a.address, .remote = test::home_agent.address},
                   .home = test::home,
                   .content = mobility::Hint{mobility::Hint::Kind::join_refused, sequence,
                                             mobility::JoinRefusal::stale_clock}});
    };
    (void)hint(SequenceNumber(9));
    EXPECT_EQ(core.refusal(), std::nullopt) << "no update of this number is under way";
    EXPECT_TRUE(hint(sequence_in(asked)).empty()) << "it is a hint, and changes nothing";
    EXPECT_EQ(core.refusal(), mobility::JoinRefusal::stale_clock);
}

TEST(MobileNode, AsksAgainWhenItsHomeAgentRequestsARefresh) {  // RFC 6275 §11.7.4
    RevokedNode node;
    EXPECT_EQ(updates_in(node.say(noon + 10s, wire::BindingRefreshRequest{})), 1U);
    EXPECT_EQ(updates_in(node.say(noon + 10s + 100ms, wire::BindingRefreshRequest{})), 0U)
        << "once a second at most";
}

TEST(MobileNode, DropsWhatOnlyAHomeAgentIsAsked) {
    RevokedNode node;
    const Actions actions = node.say(noon + 10s, wire::BindingRevocationAcknowledgement{});
    EXPECT_EQ(test::drops(actions).at(0), mobility::DropReason::not_expected);
}

TEST(Revocation, ForGoodIsNotForgottenInSleep) {
    RevokedNode node;
    (void)node.revoke(noon + 10s, user_initiated_session_termination);
    EXPECT_TRUE(node.core.on_resume(noon + 20s).empty());
    EXPECT_EQ(updates_in(node.core.on_deadline(noon + 25s)), 1U);
}

TEST(MobileNode, TakesNoAnswerToAHeartbeatOnceItIsLeaving) {
    RevokedNode node;
    (void)node.core.on_stop(noon + 10s);
    EXPECT_TRUE(node.say(noon + 10s, wire::Heartbeat{.response = true, .sequence = 1}).empty());
}

TEST(Revocation, OfANodeThatIsLeavingIsItsEnd) {
    RevokedNode node;
    (void)node.core.on_stop(noon + 10s);
    EXPECT_EQ(updates_in(node.revoke(noon + 10s + 10ms, administrative_reason)), 0U);
    EXPECT_TRUE(node.core.has_left());
}

}  // namespace
}  // namespace godwit::client
