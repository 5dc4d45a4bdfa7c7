// What proves an update, and what becomes of sessions (docs/protocol.md).

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using mobility::SessionId;
using test::care_of_b;
using testing::ElementsAre;

std::optional<SessionId> directed(const Actions& actions) {
    return test::all<mobility::DirectTunnel>(actions).at(0).session;
}
std::vector<SessionId> ended(const Actions& actions) {
    std::vector<SessionId> sessions;
    for (const auto& end : test::all<mobility::EndSession>(actions)) {
        sessions.push_back(end.session);
    }
    return sessions;
}
std::vector<SessionId> admitted(const Actions& actions) {
    std::vector<SessionId> sessions;
    for (const auto& admit : test::all<mobility::AdmitSession>(actions)) {
        sessions.push_back(admit.session);
    }
    return sessions;
}

TEST(HomeAgent, AdmitsASessionBeforeItDirectsTheTunnel) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.hear(noon, update(1));
    EXPECT_EQ(test::order(actions), "send admit direct");
    EXPECT_EQ(directed(actions), admitted(actions).at(0)) << "the first one seals at once";
    (void)home_agent.complete(actions);
}

TEST(HomeAgent, AdmitsNoSessionToAPlainTunnel) {
    AskedHomeAgent home_agent(Protection::plain);
    const Actions actions = home_agent.hear(noon, update(1));
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_FALSE(directed(actions));
}

TEST(HomeAgent, TakesAHandoverUnderTheSession) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const SessionId session = home_agent.complete(first);
    const Actions moved = home_agent.hear_in_session(noon + 1s, update(2, care_of_b), session);
    EXPECT_EQ(test::order(moved), "send direct");
    EXPECT_EQ(directed(moved), admitted(first).at(0));
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(answer_order_in(moved).seal));
}

TEST(HomeAgent, GoesOnSealingWithTheSessionBeforeUntilTheNewOneIsConfirmed) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    (void)home_agent.complete(first);
    const Actions second = home_agent.hear(noon + 480s, update(2));
    EXPECT_EQ(test::order(second), "send admit direct");
    EXPECT_EQ(directed(second), admitted(first).at(0));
    const SessionId fresh = admitted(second).at(0);
    const Actions confirmed = home_agent.core.on_session_confirmed(noon + 481s, fresh);
    EXPECT_EQ(test::order(confirmed), "direct");
    EXPECT_EQ(directed(confirmed), fresh);
    EXPECT_TRUE(home_agent.core.on_session_confirmed(noon + 482s, fresh).empty()) << "once";
}

TEST(HomeAgent, LetsTheSessionBeforeOpenFor30Seconds) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const Actions second = home_agent.hear(noon + 480s, update(2));
    (void)home_agent.core.on_session_confirmed(noon + 481s, admitted(second).at(0));
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 511s);
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 511s - 1ms).empty());
    EXPECT_EQ(ended(home_agent.core.on_deadline(noon + 511s)), admitted(first));
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 1080s);
}

TEST(HomeAgent, IsToldOfASessionByAnUpdateUnderItToo) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.complete(home_agent.hear(noon, update(1)));
    const Actions second = home_agent.hear(noon + 480s, update(2));
    const SessionId session = home_agent.complete(second);
    const Actions moved = home_agent.hear_in_session(noon + 481s, update(3, care_of_b), session);
    EXPECT_EQ(directed(moved), admitted(second).at(0));
}

// The mobile node has sent its update again before the first answer came.
TEST(HomeAgent, KeepsTheSessionOfEachUpdateUntilOneIsConfirmed) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear(noon, update(1));
    const Actions late = home_agent.hear(noon + 480s, update(2));
    const Actions again = home_agent.hear(noon + 481s, update(3));
    EXPECT_EQ(test::order(again), "send admit direct");
    const Actions confirmed =
        home_agent.core.on_session_confirmed(noon + 482s, admitted(late).at(0));
    EXPECT_EQ(directed(confirmed), admitted(late).at(0));
}

TEST(HomeAgent, KnowsNoConfirmationOfASessionThatIsNobodys) {
    AskedHomeAgent home_agent(Protection::sealed);
    EXPECT_TRUE(home_agent.core.on_session_confirmed(noon, SessionId{0x80000001}).empty());
}

TEST(HomeAgent, AsksForASuccessorOfASessionWhosePacketNumbersRunOut) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const SessionId session = home_agent.complete(first);
    const SessionId in_use = admitted(first).at(0);
    const Actions actions = home_agent.core.on_rekey_due(noon + 1s, in_use);
    EXPECT_EQ(test::messages<wire::BindingRefreshRequest>(actions).size(), 1U);
    EXPECT_EQ(answer_path_in(actions).remote, test::care_of_a.address);
    EXPECT_TRUE(home_agent.core.on_rekey_due(noon + 1s, SessionId{1}).empty());

    (void)home_agent.hear_in_session(noon + 2s, deregistration(2), session);
    EXPECT_TRUE(home_agent.core.on_rekey_due(noon + 3s, in_use).empty())
        << "its tunnel is closed for good";
}

TEST(HomeAgent, EndsAllSessionsWithTheBinding) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const Actions second = home_agent.hear(noon + 480s, update(2));
    const Actions actions = home_agent.core.on_deadline(noon + 1080s);
    EXPECT_EQ(test::order(actions), "close end end");
    EXPECT_THAT(ended(actions),
                testing::UnorderedElementsAre(admitted(first).at(0), admitted(second).at(0)));
    EXPECT_TRUE(home_agent.core.on_session_confirmed(noon + 1081s, admitted(second).at(0)).empty());
}

TEST(HomeAgent, EndsTheSessionOfARefusedHandshakeAfterTheAnswer) {
    AskedHomeAgent home_agent(Protection::sealed);
    const auto received =
        home_agent.carry(update(1, {test::ip("2001:db8:f::5")}), mobility::StartHandshake{});
    const Actions actions = home_agent.core.on_received(noon, received);
    EXPECT_EQ(status_in(actions), invalid_care_of_address);
    EXPECT_EQ(test::order(actions), "send end");
    EXPECT_THAT(ended(actions), ElementsAre(test::proving_session(received)));
    (void)home_agent.complete(actions);
}

TEST(HomeAgent, IsSilentToOneWhoBindsTheHomeAddressOfAnother) {  // RFC 6275 §5.1
    const wire::HomeAddress other{test::ip("2001:db8:f::8")};
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.mobile_nodes.push_back({"other", other});
    AskedHomeAgent home_agent(settings);
    const auto received = home_agent.carry(update(1), mobility::StartHandshake{}, other);
    const Actions actions = home_agent.core.on_received(noon, received);
    EXPECT_EQ(test::order(actions), "end");
    EXPECT_THAT(ended(actions), ElementsAre(test::proving_session(received)));
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::not_owner));
    EXPECT_EQ(home_agent.core.bindings().size(), 0U);
}

TEST(HomeAgent, WantsAHandshakeAfterADeregistration) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const SessionId session = home_agent.complete(first);
    const Actions farewell = home_agent.hear_in_session(noon + 1s, deregistration(2), session);
    EXPECT_EQ(test::order(farewell), "close send") << "the session still signs";

    const Actions refused = home_agent.hear_in_session(noon + 2s, update(3), session);
    EXPECT_EQ(status_in(refused), authentication_failed);
    EXPECT_EQ(test::order(refused), "send");
    EXPECT_EQ(answer_in(refused).sequence, SequenceNumber(3));

    const Actions again = home_agent.hear(noon + 3s, update(4));
    EXPECT_EQ(status_in(again), accepted);
    EXPECT_EQ(ended(again), admitted(first));
    EXPECT_EQ(directed(again), admitted(again).at(0));
}

TEST(HomeAgent, EndsTheSessionOfAnEntryThatHasHadItsTenSeconds) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    (void)home_agent.hear_in_session(noon + 1s, deregistration(2), home_agent.complete(first));
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 11s - 1ms).empty());
    const Actions actions = home_agent.core.on_deadline(noon + 11s);
    EXPECT_EQ(test::order(actions), "end");
    EXPECT_EQ(ended(actions), admitted(first));
}

TEST(HomeAgent, EndsTheSessionOfADeregistrationByHandshake) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions first = home_agent.hear(noon, update(1));
    const Actions actions = home_agent.hear(noon + 1s, deregistration(2));
    EXPECT_EQ(test::order(actions), "close send end");
    EXPECT_NE(ended(actions), admitted(first)) << "the new one, which nobody needs";
}

}  // namespace
}  // namespace godwit::server
