// Several bindings of one home address: which is in use, and when each of them ends (RFC 5648 §6.2,
// RFC 6089 §5.1.1).

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_a;
using test::care_of_b;
using testing::ElementsAre;
using testing::IsEmpty;

mobility::Path directed(const Actions& actions) {
    return test::all<mobility::DirectTunnel>(actions).at(0).path;
}

TEST_F(SeveralBindings, BeginWithOneThatHasANumber) {
    const Actions actions = begin();
    EXPECT_EQ(test::order(actions), "send admit direct");
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(in_use().binding_id, 1);
    EXPECT_EQ(in_use().care_of, care_of_a) << "of the Binding Identifier option, §5.2";
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(SeveralBindings, MayBeginWithoutOverwritingWhereNothingIsBound) {
    EXPECT_EQ(
        status_in(home_agent_.hear_along(noon, identified(1, link_a, 1), at_mobile_node(link_a))),
        accepted);
}

TEST_F(SeveralBindings,
       KeepAnotherBesideTheOneInUse) {  // §6.2: registers a new binding for the BID
    (void)begin();
    const Actions actions = say(noon + 1s, link_b, 2);
    EXPECT_EQ(test::order(actions), "send") << "the tunnel stays where it is";
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).lifetime, Lifetime(150));
    EXPECT_EQ(answer_path_in(actions).remote, care_of_b.address);
    EXPECT_EQ(in_use().care_of, care_of_a);
    EXPECT_THAT(others(), ElementsAre(2));
    EXPECT_EQ(other(link_b).place.care_of, care_of_b);
    const auto told = test::events<mobility::OtherBindingRegistered>(actions);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).care_of, care_of_b);
    EXPECT_EQ(told.at(0).binding_id, 2);
}

TEST_F(SeveralBindings, HaveOneSequenceNumber) {  // §4.1
    (void)begin();
    (void)hear(noon + 1s, identified(10, link_b, 2), link_b);
    const Actions actions = hear(noon + 2s, identified(10, link_a, 1), link_a);
    EXPECT_EQ(status_in(actions), sequence_number_out_of_window);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(10));
}

// RFC 6089 §5.1.1: the lowest BID-PRI.
TEST_F(SeveralBindings, AreLedByTheOneWithTheBestPriority) {
    (void)begin(link_a, 2);
    (void)say(noon + 1s, link_b, 3);
    EXPECT_EQ(in_use().binding_id, 1);
    const Actions actions = say(noon + 2s, link_b, 1);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(directed(actions), path_of(link_b));
    EXPECT_EQ(in_use().binding_id, 2);
    EXPECT_EQ(in_use().priority, 1);
    EXPECT_THAT(others(), ElementsAre(1)) << "the one before stays";
    EXPECT_EQ(other(link_a).priority, 2);
    const auto moved = test::events<mobility::BindingMoved>(actions);
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved.at(0).from, care_of_a);
    EXPECT_EQ(moved.at(0).to, care_of_b);
}

TEST_F(SeveralBindings, AreLedByTheNewestOfEquals) {
    (void)begin();
    EXPECT_EQ(test::order(say(noon + 1s, link_b, 1)), "send direct");
    EXPECT_EQ(in_use().binding_id, 2);
    EXPECT_EQ(test::order(say(noon + 2s, link_a, 1)), "send direct");
    EXPECT_EQ(in_use().binding_id, 1);
    EXPECT_THAT(others(), ElementsAre(2));
}

TEST_F(SeveralBindings, TakeAnUnknownPriorityForTheWorst) {  // RFC 6089 §5.2.1
    (void)begin(link_a, 127);
    EXPECT_EQ(test::order(say(noon + 1s, link_b, 0)), "send");
    EXPECT_EQ(in_use().binding_id, 1);
}

TEST_F(SeveralBindings, MoveAsOneDoes) {
    (void)begin();
    wire::BindingUpdate asked = identified(2, link_b, 1);
    asked.options.emplace_back(mobility::to_option({.spi = 0x80000007, .highest = 12}));
    const Actions actions = hear(noon + 1s, asked, link_b);
    const auto orders = test::all<mobility::DirectTunnel>(actions);
    ASSERT_EQ(orders.size(), 1U);
    ASSERT_EQ(orders.at(0).receptions.size(), 1U);
    EXPECT_EQ(orders.at(0).receptions.at(0).highest, 12U);
    EXPECT_EQ(orders.at(0).session, admitted_);
    EXPECT_TRUE(answer_order_in(actions).tells_reception);
}

TEST_F(SeveralBindings, LeaveTheFirstPlaceToABetterOneWhenTheyStepBack) {
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Actions actions = say(noon + 2s, link_a, 3);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(directed(actions), path_of(link_b));
    EXPECT_EQ(in_use().binding_id, 2);
    EXPECT_THAT(others(), ElementsAre(1));
    EXPECT_EQ(other(link_a).priority, 3);
    EXPECT_TRUE(other(link_a).is_proved());
}

TEST_F(SeveralBindings, UpdateTheCareOfAddressOfANumber) {  // §6.2: same BID, different address
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Link elsewhere{.id = 2, .care_of = link_c.care_of};
    EXPECT_EQ(status_in(say(noon + 2s, elsewhere, 2)), accepted);
    EXPECT_THAT(others(), ElementsAre(2));
    EXPECT_EQ(other(link_b).place.care_of, link_c.care_of);
    const Actions moved = say(noon + 3s, {.id = 1, .care_of = care_of_b}, 1);
    EXPECT_EQ(directed(moved), path_of(link_b));
    EXPECT_EQ(in_use().binding_id, 1);
    EXPECT_THAT(others(), ElementsAre(2));
}

TEST_F(SeveralBindings, AreAllReplacedByAnUpdateWithoutANumber) {  // §6.2
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Actions actions = hear(noon + 2s, update(9, link_c.care_of), link_c);
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(directed(actions), path_of(link_c));
    EXPECT_EQ(in_use().binding_id, 0);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(SeveralBindings, AreAllReplacedByAnUpdateThatOverwrites) {  // §4.2, §6.2
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Actions actions = hear(noon + 2s, overwriting(identified(9, link_c, 7)), link_c);
    EXPECT_EQ(directed(actions), path_of(link_c)) << "whatever its priority";
    EXPECT_EQ(in_use().binding_id, 3);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(SeveralBindings, AreNotAddedToOneWithoutANumber) {  // §6.2: status 165
    const auto session = home_agent_.complete(home_agent_.hear(noon, update(1)));
    const Actions actions = home_agent_.hear_in_session_along(noon + 1s, identified(2, link_b, 1),
                                                              session, at_mobile_node(link_b));
    EXPECT_EQ(test::order(actions), "send");
    EXPECT_EQ(status_in(actions), mcoa_non_mcoa_binding_exists);
    EXPECT_EQ(in_use().care_of, care_of_a);
    EXPECT_EQ(in_use().sequence, SequenceNumber(1)) << "it must not process the update";
    EXPECT_THAT(others(), IsEmpty());
    const Actions overwritten = home_agent_.hear_in_session_along(
        noon + 2s, overwriting(identified(3, link_b, 1)), session, at_mobile_node(link_b));
    EXPECT_EQ(status_in(overwritten), accepted);
    EXPECT_EQ(in_use().binding_id, 2);
}

TEST_F(SeveralBindings, EndOneAtATime) {  // §6.2: deletes the entry of the BID
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Actions actions = hear(noon + 2s, lifetime_zero(identified(3, link_b, 2, false)), link_a);
    EXPECT_EQ(test::order(actions), "send");
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).lifetime, Lifetime(0));
    EXPECT_THAT(others(), IsEmpty());
    EXPECT_EQ(in_use().binding_id, 1);
    EXPECT_EQ(test::events<mobility::OtherBindingEnded>(actions).at(0).care_of, care_of_b);
    EXPECT_EQ(in_use().sequence, SequenceNumber(3));
}

TEST_F(SeveralBindings, GoOnWithTheBestOfTheOthersWhenTheOneInUseEnds) {
    (void)begin();
    (void)say(noon + 1s, link_c, 3);
    (void)say(noon + 2s, link_b, 2);
    const Actions actions = hear(noon + 3s, lifetime_zero(identified(4, link_a, 1, false)), link_b);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(directed(actions), path_of(link_b));
    EXPECT_EQ(test::events<mobility::BindingMoved>(actions).at(0).to, care_of_b);
    EXPECT_EQ(in_use().binding_id, 2);
    EXPECT_THAT(others(), ElementsAre(3));
}

TEST_F(SeveralBindings, EndAllWithTheLastOne) {
    (void)begin();
    const Actions actions = hear(noon + 1s, lifetime_zero(identified(2, link_a, 1, false)), link_a);
    EXPECT_EQ(test::order(actions), "close send");
    EXPECT_EQ(test::events<mobility::BindingRemoved>(actions).size(), 1U);
    EXPECT_EQ(identifier_in(actions).id, 1);
    EXPECT_EQ(home_agent_.binding(noon + 1s), nullptr);
}

TEST_F(SeveralBindings, EndAllWithoutANumber) {  // §6.2: MUST delete all existing bindings
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    EXPECT_EQ(test::order(hear(noon + 2s, lifetime_zero(update(3)), link_a)), "close send");
    EXPECT_EQ(home_agent_.binding(noon + 2s), nullptr);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(SeveralBindings, EndNoneThatIsNotThere) {  // §6.2: status 133
    (void)begin();
    const Actions actions = hear(noon + 1s, lifetime_zero(identified(2, link_b, 1)), link_a);
    EXPECT_EQ(status_in(actions), not_home_agent_for_this_mobile_node);
    EXPECT_EQ(identifier_in(actions).id, 2);
    EXPECT_EQ(in_use().binding_id, 1);
}

TEST_F(SeveralBindings, IgnoreTheOverwriteFlagInADeregistration) {  // §6.2
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    (void)hear(noon + 2s, overwriting(lifetime_zero(identified(3, link_b, 2))), link_a);
    EXPECT_EQ(in_use().binding_id, 1);
}

wire::BindingUpdate for_seconds(wire::BindingUpdate update, unsigned seconds) {
    update.lifetime = Lifetime(seconds / 4);
    return update;
}

TEST_F(SeveralBindings, ExpireEachInItsTime) {
    (void)begin();
    (void)hear(noon + 1s, for_seconds(identified(2, link_b, 2), 100), link_b);
    EXPECT_TRUE(
        test::events<mobility::OtherBindingEnded>(home_agent_.core.on_deadline(noon + 101s - 1ms))
            .empty());
    EXPECT_EQ(home_agent_.core.next_deadline(), noon + 101s);
    const Actions actions = home_agent_.core.on_deadline(noon + 101s);
    EXPECT_EQ(test::order(actions), "");
    EXPECT_EQ(test::events<mobility::OtherBindingEnded>(actions).at(0).binding_id, 2);
    EXPECT_THAT(others(), IsEmpty());
    EXPECT_EQ(in_use(noon + 101s).binding_id, 1);
}

TEST_F(SeveralBindings, GoOnWithAnotherWhenTheOneInUseExpires) {
    (void)begin();
    (void)hear(noon + 1s, for_seconds(identified(2, link_b, 2), 800), link_b);
    const Actions actions = home_agent_.core.on_deadline(noon + 600s);
    EXPECT_EQ(test::order(actions), "direct");
    EXPECT_EQ(directed(actions), path_of(link_b));
    EXPECT_EQ(in_use(noon + 600s).binding_id, 2);
    EXPECT_EQ(in_use(noon + 600s).expires, noon + 801s);
    EXPECT_TRUE(test::events<mobility::BindingExpired>(actions).empty());
    const Actions last = home_agent_.core.on_deadline(noon + 801s);
    EXPECT_EQ(test::order(last), "close end");
    EXPECT_EQ(test::events<mobility::BindingExpired>(last).size(), 1U);
}

TEST_F(SeveralBindings, ExpireTogether) {
    (void)begin();
    (void)hear(noon + 1s, for_seconds(identified(2, link_b, 2), 400), link_b);
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 700s)), "close end")
        << "the other one has expired before";
    EXPECT_EQ(home_agent_.core.next_deadline(), std::nullopt);
}

TEST_F(SeveralBindings, EndAllWithTheGraceOfWhoIsSentAway) {  // RFC 5142 §5.3
    (void)begin();
    (void)hear(noon + 1s, for_seconds(identified(2, link_b, 2), 800), link_b);
    const SwitchOrder order{.home_agents = {}, .grace = Lifetime(5)};
    (void)home_agent_.core.send_away(noon + 2s, {test::home}, order);
    EXPECT_EQ(other(link_b).expires, noon + 22s);
    const Actions actions = home_agent_.core.on_deadline(noon + 22s);
    EXPECT_EQ(test::order(actions), "close end");
    EXPECT_EQ(home_agent_.binding(noon + 22s), nullptr);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(SeveralBindings, ChangeOverToANewSessionTogether) {
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    const Actions second =
        home_agent_.hear_along(noon + 2s, identified(3, link_b, 2), at_mobile_node(link_b));
    EXPECT_EQ(test::order(second), "send admit");
    const auto session = test::all<mobility::AdmitSession>(second).at(0).session;
    const Actions confirmed = home_agent_.core.on_session_confirmed(noon + 3s, session);
    EXPECT_EQ(directed(confirmed), path_of(link_a));
    EXPECT_EQ(test::all<mobility::DirectTunnel>(confirmed).at(0).session, session);
}

// While long packets are sent the home agent asks twice a second whether they still arrive.
TEST_F(SeveralBindings, AreProvedHoweverManyAnswersTheOneInUseGivesToOtherQuestions) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    mobility::SendMessage asked = challenges_in(say(noon + 1s, link_b, 2)).at(0);
    std::size_t answered = 0;
    const auto follow = [&asked](const Actions& actions) {
        for (const auto& challenge : challenges_in(actions)) {
            asked = challenge;
        }
        return actions;
    };
    Instant now = noon + 1s;
    for (int half_second = 0; half_second < 80; ++half_second) {
        now += 500ms;
        (void)follow(home_agent_.core.on_deadline(now));
        const Actions verified = follow(home_agent_.core.on_traffic(
            now, {.home = test::home, .what = mobility::WatchTraffic::What::large_sent}));
        for (const auto& probe : probes_in(verified)) {
            (void)follow(home_agent_.answer(now + 10ms, probe));
            ++answered;
        }
    }
    EXPECT_GE(answered, 80U);
    EXPECT_EQ(
        test::events<mobility::CareOfAddressProved>(home_agent_.answer(now + 20ms, asked)).size(),
        1U);
    EXPECT_TRUE(other(link_b).is_proved());
}

TEST_F(SeveralBindings, AreAskedByNumberToRegisterAgain) {  // §6.4
    (void)begin();
    const Actions actions = home_agent_.core.on_rekey_due(noon + 1s, admitted_);
    const auto requests = test::messages<wire::BindingRefreshRequest>(actions);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(wire::find<wire::BindingIdentifier>(requests.at(0).options)->id, 1);
}

TEST(SeveralBindingsInALaboratory, ProveNothing) {
    AskedHomeAgent home_agent(Protection::none);
    const auto along = [](const Link& link) {
        return AskedHomeAgent::native(link.care_of.address);
    };
    (void)home_agent.hear_along(noon, overwriting(identified(1, link_a, 1)), along(link_a));
    const Actions actions =
        home_agent.hear_along(noon + 1s, identified(2, link_b, 2), along(link_b));
    EXPECT_TRUE(challenges_in(actions).empty());
    EXPECT_TRUE(home_agent.core.other_bindings().find(test::home, 2)->is_proved());
}

// RFC 5648 §6.5: a tunnel without a seal takes packets by where they come from.
TEST(SeveralBindingsInALaboratory, MaySendFromAllOfTheirCareOfAddresses) {
    AskedHomeAgent home_agent(Protection::none);
    const auto along = [](const Link& link) {
        return AskedHomeAgent::native(link.care_of.address);
    };
    (void)home_agent.hear_along(noon, overwriting(identified(1, link_a, 1)), along(link_a));
    const auto told = test::all<mobility::RouteFlows>(
        home_agent.hear_along(noon + 1s, identified(2, link_b, 2), along(link_b)));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told.at(0).rules, IsEmpty());
    ASSERT_EQ(told.at(0).paths.size(), 2U);
    EXPECT_EQ(told.at(0).paths.at(0).path, path_of(link_a));
    EXPECT_EQ(told.at(0).paths.at(1).path, path_of(link_b));
    const auto ended = test::all<mobility::RouteFlows>(
        home_agent.hear_along(noon + 2s, lifetime_zero(identified(3, link_b, 2)), along(link_b)));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended.at(0).paths, IsEmpty());
}

}  // namespace
}  // namespace godwit::server
