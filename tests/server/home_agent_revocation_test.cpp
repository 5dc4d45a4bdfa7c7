// Bindings that end by the home agent's will, and who may register: RFC 5846 §6.2.2, §6.3, §7, §11.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_b;
using testing::ElementsAre;
using Indication = wire::BindingRevocationIndication;
using Trigger = wire::RevocationTrigger;

constexpr mobility::PeerId peer{0};

class Revocation : public testing::Test {
  protected:
    Revocation() {
        const Actions actions = home_agent_.hear(noon, update(1));
        session_ = home_agent_.complete(actions);
    }
    Actions revoke(Instant now, Trigger trigger = Trigger::administrative_reason) {
        return home_agent_.core.revoke(now, test::home, trigger);
    }
    Actions acknowledge(Instant now, SequenceNumber sequence) {
        return home_agent_.core.on_received(
            now,
            home_agent_.carry(
                wire::BindingRevocationAcknowledgement{.status = wire::RevocationStatus::success,
                                                       .sequence = sequence},
                mobility::InSession{session_}, AskedHomeAgent::native(test::care_of_a.address)));
    }
    static Indication indication_in(const Actions& actions) {
        return test::messages<Indication>(actions).at(0);
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;  // the mobile node's
};

TEST_F(Revocation, TellsTheMobileNodeAndClosesTheTunnelAtOnce) {  // §7
    const Actions actions = revoke(noon + 1s);
    EXPECT_EQ(test::order(actions), "send close");
    const auto order = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_EQ(order.path.remote, test::care_of_a.address);
    EXPECT_EQ(order.home, test::home);
    EXPECT_TRUE(order.names_home) << "a type 2 routing header";
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(order.seal));
    EXPECT_EQ(indication_in(actions).trigger, Trigger::administrative_reason);
    EXPECT_EQ(test::events<mobility::BindingRevoked>(actions).at(0).home, test::home);
    EXPECT_EQ(home_agent_.binding(noon + 1s), nullptr);
}

TEST_F(Revocation, HasNothingToRevokeWithoutABinding) {
    (void)revoke(noon + 1s);
    EXPECT_EQ(test::order(revoke(noon + 1s)), "");
}

TEST_F(Revocation, EndsTheSessionsOnceItIsAcknowledged) {  // §6.2.2
    const auto sequence = indication_in(revoke(noon + 1s)).sequence;
    EXPECT_EQ(test::order(acknowledge(noon + 1s, sequence)), "end");
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 5s)), "") << "it asks no more";
}

TEST_F(Revocation, DiscardsAnAcknowledgementOfAnotherNumber) {  // §6.2.2
    const auto sequence = indication_in(revoke(noon + 1s)).sequence;
    const Actions actions = acknowledge(noon + 1s, sequence.next());
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::not_expected));
    EXPECT_EQ(test::order(actions), "");
}

TEST_F(Revocation, DiscardsAnAcknowledgementThatNobodyWaitsFor) {
    EXPECT_THAT(test::drops(acknowledge(noon + 1s, SequenceNumber(1))),
                ElementsAre(DropReason::not_expected));
    EXPECT_NE(home_agent_.binding(noon + 1s), nullptr);
}

TEST_F(Revocation, AsksAgainAndGivesUp) {  // §6.3, §11
    const auto sequence = indication_in(revoke(noon)).sequence;
    for (const auto when : {1s, 3s, 5s}) {
        EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + when - 1ms)), "");
        const Actions again = home_agent_.core.on_deadline(noon + when);
        EXPECT_EQ(test::order(again), "send");
        EXPECT_EQ(indication_in(again).sequence, sequence) << "the same message";
    }
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 7s)), "end");
}

TEST_F(Revocation, LetsTheMobileNodeRegisterAgain) {  // §7
    (void)revoke(noon + 1s);
    const Actions in_session = home_agent_.hear_in_session(noon + 1s, update(2), session_);
    EXPECT_EQ(status_in(in_session), authentication_failed) << "the tunnel's keys are gone";
    const Actions by_handshake = home_agent_.hear(noon + 2s, update(3, care_of_b));
    EXPECT_EQ(status_in(by_handshake), accepted);
    EXPECT_EQ(test::all<mobility::EndSession>(by_handshake).size(), 1U) << "the old session";
    EXPECT_TRUE(test::messages<Indication>(home_agent_.core.on_deadline(noon + 9s)).empty());
    EXPECT_NE(home_agent_.binding(noon + 9s), nullptr);
}

TEST_F(Revocation, DoesNotTakeALateBindingUpdateOfBefore) {
    (void)home_agent_.hear(noon + 1s, update(5));
    (void)revoke(noon + 2s);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 3s, update(4))), sequence_number_out_of_window);
}

TEST_F(Revocation, RefusesWhoIsDisabledUntilItIsEnabled) {
    MobileNodeRecord record{.name = "laptop", .home = test::home, .may_register = false};
    home_agent_.core.admit(peer, record);
    (void)revoke(noon + 1s);
    const Actions refused = home_agent_.hear(noon + 1500ms, update(2));
    EXPECT_EQ(status_in(refused), administratively_prohibited);
    EXPECT_TRUE(std::holds_alternative<mobility::InHandshake>(answer_order_in(refused).seal))
        << "it can believe that";
    EXPECT_EQ(home_agent_.binding(noon + 1500ms), nullptr);
    record.may_register = true;
    home_agent_.core.admit(peer, record);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 3s, update(3))), accepted);
}

TEST_F(Revocation, LetsWhoIsDisabledComeHome) {
    home_agent_.core.admit(peer, {.name = "laptop", .home = test::home, .may_register = false});
    (void)revoke(noon + 1s);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 2s, deregistration(2))),
              not_home_agent_for_this_mobile_node)
        << "which has the address to itself there";
}

TEST_F(Revocation, KnowsADismissedPeerNoMore) {
    const Actions actions =
        home_agent_.core.dismiss(noon + 1s, peer, Trigger::user_initiated_session_termination);
    EXPECT_EQ(test::order(actions), "send close");
    const Actions later = home_agent_.hear_in_session(noon + 1500ms, update(2), session_);
    EXPECT_THAT(test::drops(later), ElementsAre(DropReason::not_owner));
    EXPECT_EQ(test::order(later), "");
    EXPECT_EQ(home_agent_.core.mobile_nodes().find(test::home), nullptr);
    EXPECT_EQ(test::order(acknowledge(noon + 1500ms, indication_in(actions).sequence)), "end")
        << "it may still say that it has heard it";
}

TEST_F(Revocation, GivesADismissedPeersAddressToAnother) {
    (void)home_agent_.hear(noon + 1s, update(500));
    (void)home_agent_.core.dismiss(noon + 2s, peer, Trigger::administrative_reason);
    home_agent_.core.admit(peer, {.name = "phone", .home = test::home});
    EXPECT_EQ(status_in(home_agent_.hear(noon + 3s, update(7))), accepted)
        << "with numbers of its own";
}

}  // namespace
}  // namespace godwit::server
