#include "tests/client/laboratory_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::care_of_b;
using Kind = mobility::Hint::Kind;

TEST(MobileNode, IsUnattachedUntilALinkOffersAnAddress) {
    LaboratoryNode node;
    EXPECT_EQ(node.core.state(noon), State::unattached);
    EXPECT_TRUE(node.core.on_attachments(noon, nothing).empty());
    const Actions asked = node.core.on_attachments(noon, at(care_of_a));
    EXPECT_EQ(node.core.state(noon), State::registering);
    (void)node.acknowledge(noon, asked);
    EXPECT_EQ(node.core.state(noon), State::registered);
}

TEST(MobileNode, AsksNothingWhenTheSamePlaceIsOfferedAgain) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    mobility::Attachments costlier = at(care_of_a);
    costlier.candidates.front().route_metric = 4096;
    EXPECT_TRUE(node.core.on_attachments(noon + 1s, costlier).empty());
    EXPECT_EQ(std::get<Away>(node.core.target()).care_of.route_metric, 4096U);
}

TEST(MobileNode, TellsAHandoverOnceItIsAcknowledged) {
    LaboratoryNode node;
    EXPECT_TRUE(test::events<mobility::HandoverCompleted>(node.arrive(noon, at(care_of_a))).empty())
        << "the first place is no handover";
    const Actions asked = node.core.on_attachments(noon + 10s, at(care_of_b));
    const auto told =
        test::events<mobility::HandoverCompleted>(node.acknowledge(noon + 10s + 25ms, asked));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from, care_of_a);
    EXPECT_EQ(told.at(0).to, care_of_b);
    EXPECT_EQ(told.at(0).cause, mobility::MoveCause::address_lost);
    EXPECT_EQ(told.at(0).gap, 25ms);
}

TEST(MobileNode, TellsNoHandoverWhenItComesBackToTheSamePlace) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    (void)node.core.on_attachments(noon + 10s, nothing);
    EXPECT_EQ(node.core.state(noon + 10s), State::unattached);
    const Actions actions = node.arrive(noon + 20s, at(care_of_a));
    EXPECT_TRUE(test::events<mobility::HandoverCompleted>(actions).empty());
    EXPECT_EQ(node.core.state(noon + 20s), State::registered);
}

TEST(MobileNode, GoesHomeAndLeavesAgain) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    const Actions asked = node.core.on_attachments(noon + 10s, at_home);
    EXPECT_EQ(update_in(asked).path.local, test::home.address);
    EXPECT_EQ(node.core.state(noon + 10s), State::registering);
    (void)node.acknowledge(noon + 10s, asked);
    EXPECT_EQ(node.core.state(noon + 10s), State::home);
    const auto told =
        test::events<mobility::HandoverCompleted>(node.arrive(noon + 20s, at(care_of_b)));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from.address, test::home.address);
    EXPECT_EQ(told.at(0).cause, mobility::MoveCause::left_home);
}

TEST(MobileNode, DoesNotUseItsHomeLinkBeforeItHasToldTheHomeAgent) {  // RFC 6275 §11.5.5
    LaboratoryNode node;
    for (const auto& care_of : {care_of_a, care_of_b, care_of_a}) {
        (void)node.core.on_attachments(noon, at(care_of));
    }
    EXPECT_TRUE(
        test::messages<wire::BindingUpdate>(node.core.on_attachments(noon, at_home)).empty())
        << "three a second, and they have gone";
    EXPECT_FALSE(node.core.may_use_home_link());
    const Actions asked = node.core.on_deadline(noon + 1s);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(asked).size(), 1U);
    EXPECT_TRUE(node.core.may_use_home_link());
    (void)node.acknowledge(noon + 1s, asked);
    EXPECT_TRUE(node.core.may_use_home_link());
    (void)node.core.on_attachments(noon + 2s, at(care_of_a));
    EXPECT_FALSE(node.core.may_use_home_link());
}

TEST(MobileNode, RegistersAnewWhenItsBindingHasExpired) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    (void)node.core.on_deadline(noon + 480s);
    const Actions actions = node.core.on_deadline(noon + 600s);
    EXPECT_EQ(test::events<mobility::BindingExpired>(actions).size(), 1U);
    EXPECT_EQ(node.core.state(noon + 600s), State::registering);
    (void)node.acknowledge(noon + 600s, actions);
    EXPECT_EQ(node.core.state(noon + 600s), State::registered);
}

// RFC 3963 §6.2: its tunnel has gone with it, and what was fitted to that.
TEST(MobileNode, BeginsAnewOnceABindingOfTheOtherKindHasBeenGivenUp) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    const Actions refreshed = node.core.on_deadline(noon + 480s);
    const Actions given_up = node.hear(
        noon + 480s,
        wire::BindingAcknowledgement{.status = BindingStatus::registration_type_change_disallowed,
                                     .sequence = sequence_in(refreshed),
                                     .options = {}});
    const Actions anew = node.acknowledge(noon + 480s, given_up);
    EXPECT_EQ(test::all<mobility::CloseTunnel>(anew).size(), 1U);
    const Actions bound = node.acknowledge(noon + 480s, anew);
    EXPECT_EQ(test::all<mobility::FitTunnel>(bound).size(), 1U);
    EXPECT_EQ(node.core.state(noon + 480s), State::registered);
}

TEST(MobileNode, TriesTheGlobalAddressThatComesBehindAUniqueLocalOne) {
    const wire::CareOfAddress unique_local{test::ip("fd00::2")};
    LaboratoryNode node;
    (void)node.core.on_attachments(noon, at(unique_local));
    auto both = at(unique_local);
    both.candidates.push_back({.interface = {1}, .address = care_of_a.address});
    const Actions asked = node.core.on_attachments(noon + 1s, both);
    ASSERT_EQ(test::messages<wire::BindingUpdate>(asked).size(), 1U);
    EXPECT_EQ(update_in(asked).path.local, care_of_a.address);
}

TEST(MobileNode, LeavesAnAddressThatHasNeverWorkedForOneAsGood) {
    LaboratoryNode node;
    const wire::CareOfAddress farther{test::ip("2a00::2")};  // from the home agent's, by its prefix
    auto both = at(farther);
    both.candidates.push_back({.interface = {1}, .address = care_of_a.address});
    (void)node.core.on_attachments(noon, at(farther));
    const Actions instead = node.core.on_attachments(noon + 1s, both);
    ASSERT_EQ(test::messages<wire::BindingUpdate>(instead).size(), 1U);
    EXPECT_EQ(update_in(instead).path.local, care_of_a.address);

    LaboratoryNode settled;
    (void)settled.arrive(noon, at(farther));
    EXPECT_TRUE(settled.core.on_attachments(noon + 1s, both).empty());
}

// After sleep the links tell of themselves while the node asks whether all is as it was.
TEST(MobileNode, KeepsAnAddressThatHasWorkedWhileItIsAskedAnew) {
    LaboratoryNode node;
    const wire::CareOfAddress farther{test::ip("2a00::2")};  // from the home agent's, by its prefix
    auto both = at(farther);
    both.candidates.push_back({.interface = {1}, .address = care_of_a.address});
    (void)node.arrive(noon, at(farther));
    ASSERT_FALSE(node.core.on_resume(noon + 10s).empty());
    EXPECT_TRUE(node.core.on_attachments(noon + 10s + 10ms, both).empty());
    EXPECT_EQ(std::get<Away>(node.core.target()).care_of.address, farther.address);

    for (Instant now = noon + 10s; now < noon + 20s; now += 100ms) {
        (void)node.core.on_deadline(now);  // and nothing is answered
    }
    (void)node.core.on_attachments(noon + 20s, both);
    EXPECT_EQ(std::get<Away>(node.core.target()).care_of.address, care_of_a.address);
}

TEST(MobileNode, IsRegisteredWhereItIsThoughAPlaceThatHasGoneIsAcknowledged) {
    LaboratoryNode node;
    auto both = at(care_of_a);
    both.candidates.push_back(
        {.interface = {2}, .address = care_of_b.address, .route_metric = 100});
    (void)node.core.on_attachments(noon, both);
    const Actions second = node.core.on_deadline(noon + 50ms);
    ASSERT_EQ(update_in(second).path.local, care_of_b.address);
    (void)node.core.on_attachments(noon + 60ms, at(care_of_a));
    const Actions taken = node.acknowledge(noon + 70ms, second);
    EXPECT_EQ(node.core.state(noon + 70ms), State::registering);
    ASSERT_EQ(test::messages<wire::BindingUpdate>(taken).size(), 1U);
    EXPECT_EQ(update_in(taken).path.local, care_of_a.address);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(node.acknowledge(noon + 80ms, taken)).size(), 0U);
    EXPECT_EQ(node.core.state(noon + 80ms), State::registered);
    EXPECT_EQ(node.core.binding(noon + 80ms)->path.local, care_of_a.address);
}

TEST(MobileNode, IsQuietWhenItsHomeAddressIsSomebodyElses) {
    LaboratoryNode node;
    const auto sequence = sequence_in(node.core.on_attachments(noon, at(care_of_a)));
    (void)node.hear(noon + 10ms, wire::BindingAcknowledgement{
                                     .status = BindingStatus::duplicate_address_detection_failed,
                                     .sequence = sequence,
                                     .options = {}});
    for (Instant now = noon + 1s; now <= noon + 10s; now += 1s) {
        EXPECT_TRUE(node.core.on_deadline(now).empty());
    }
}

TEST(MobileNode, GivesItsBindingUpWhenItStops) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    const Actions actions = node.core.on_stop(noon + 10s);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(actions).at(0).lifetime, 0s);
    EXPECT_EQ(update_in(actions).path.local, care_of_a.address);
}

TEST(MobileNode, GivesUpWhatMayComeOfAnUpdateUnderWay) {
    LaboratoryNode node;
    (void)node.core.on_attachments(noon, at(care_of_a));
    const Actions actions = node.core.on_stop(noon + 10ms);
    ASSERT_EQ(test::messages<wire::BindingUpdate>(actions).size(), 1U);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(actions).at(0).lifetime, 0s);
    EXPECT_EQ(update_in(actions).path.local, care_of_a.address);
}

TEST(MobileNode, HasLeftOnceTheHomeAgentKnows) {
    LaboratoryNode node;
    const Actions asked = node.core.on_attachments(noon, at(care_of_a));
    const Actions left = node.core.on_stop(noon + 10ms);
    EXPECT_FALSE(node.core.has_left());
    (void)node.acknowledge(noon + 20ms, asked);
    EXPECT_FALSE(node.core.has_left()) << "that was the update before";
    (void)node.acknowledge(noon + 20ms, left);
    EXPECT_TRUE(node.core.has_left());
    EXPECT_EQ(node.core.next_deadline(), std::nullopt) << "it does not register again";
}

TEST(MobileNode, HasLeftAtOnceWithoutABinding) {
    LaboratoryNode node;
    EXPECT_TRUE(node.core.on_stop(noon).empty());
    EXPECT_TRUE(node.core.has_left());
}

TEST(MobileNode, RegistersWhenItIsAskedTo) {
    for (const Kind kind : {Kind::refresh_requested, Kind::unknown_binding}) {
        LaboratoryNode node;
        (void)node.arrive(noon, at(care_of_a));
        EXPECT_EQ(test::order(node.hint(noon + 10s, kind)), "send");
        EXPECT_TRUE(node.hint(noon + 11s - 1ms, kind).empty()) << "once a second at most";
        EXPECT_EQ(test::order(node.hint(noon + 11s, kind)), "send");
    }
}

TEST(MobileNode, BelievesAFailedAuthenticationOnlyOfAnUpdateUnderWay) {  // BA, status 146
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    const SequenceNumber acknowledged = node.core.last_sequence();
    EXPECT_TRUE(node.hint(noon + 10s, Kind::authentication_failed, acknowledged).empty());
    (void)node.core.on_attachments(noon + 20s, at(care_of_b));
    EXPECT_TRUE(node.hint(noon + 20s, Kind::authentication_failed, acknowledged).empty());
    EXPECT_EQ(test::order(node.hint(noon + 20s, Kind::authentication_failed, acknowledged.next())),
              "send");
}

TEST(MobileNode, MakesASuccessorOfASessionWhosePacketNumbersRunOut) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    EXPECT_EQ(test::order(node.core.on_rekey_due(noon + 10s, {})), "send");
}

TEST(MobileNode, TakesHintsFromItsHomeAgentAlone) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    EXPECT_TRUE(node.hint(noon + 10s, Kind::refresh_requested, {}, care_of_b.address).empty());
}

TEST(MobileNode, SaysNothingToMessagesItDoesNotKnow) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    EXPECT_TRUE(node.hint(noon + 10s, Kind::unrecognized_type).empty());
    EXPECT_TRUE(node.hint(noon + 10s, Kind::unknown_session).empty());
}

}  // namespace
}  // namespace godwit::client
