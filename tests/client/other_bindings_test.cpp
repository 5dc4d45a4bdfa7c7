// Several bindings of one home address: RFC 5648 §5.

#include "tests/client/other_bindings.hpp"

#include "shared/mobility/claimed_care_of_address.hpp"

namespace godwit::client {
namespace {

TEST_F(OtherBindings, TheFirstUpdateTakesThePlaceOfAllThatMayBeLeft) {  // RFC 5648 §5.9
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(update_of(asked).overwrite);
    EXPECT_EQ(identifier_of(asked).id, 1);
    EXPECT_EQ(identifier_of(asked).priority, priority_in_use);
}

TEST_F(OtherBindings, TheIdentifierNamesTheCareOfAddressAlone) {  // RFC 5648 §5.2
    const auto& options = update_of(node.register_at(noon)).options;
    EXPECT_EQ(wire::find<wire::AlternateCareOfAddress>(options), nullptr);
    EXPECT_EQ(mobility::claimed_care_of_address({.options = options}), care_of_a);
}

TEST_F(OtherBindings, AreRegisteredBesideTheOneInUse) {
    become_registered();
    const Actions asked = ask_beside(noon + 2s);
    EXPECT_FALSE(update_of(asked).overwrite);
    EXPECT_EQ(identifier_of(asked).id, 2);
    EXPECT_EQ(identifier_of(asked).priority, priority_of_others);
    EXPECT_FALSE(is_by_handshake(asked)) << "they are under the same session";
    EXPECT_EQ(update_in(asked).path, by(2, care_of_b)) << "along their own path";
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(asked).empty()) << "no data goes there";
    const Actions heard = node.hear_answer(noon + 2s, asked, bound_as(2));
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(heard).empty());
    EXPECT_EQ(node.core.beside(), by(2, care_of_b));
    EXPECT_EQ(node.core.binding(noon + 2s)->path, by(1, care_of_a));
}

TEST_F(OtherBindings, ShareOneSequenceOfNumbers) {  // RFC 5648 §4.1
    become_registered();
    EXPECT_EQ(sequence_in(ask_beside(noon + 2s)), SequenceNumber(102));
    EXPECT_EQ(sequence_in(node.register_at(noon + 3s)), SequenceNumber(103));
}

TEST_F(OtherBindings, SurviveTheSwitchToAnother) {
    become_registered_twice();
    const Actions moved = move(noon + 3s, by(2, care_of_b));
    EXPECT_EQ(identifier_of(moved).id, 2);
    EXPECT_EQ(identifier_of(moved).priority, priority_in_use);
    EXPECT_FALSE(update_of(moved).overwrite);
    EXPECT_TRUE(update_in(moved).tells_reception);
    (void)node.hear_answer(noon + 3s, moved, bound_as(2));
    EXPECT_EQ(node.core.bound().all().size(), 2U);
    EXPECT_FALSE(node.core.beside()) << "it is the one in use now";
}

TEST_F(OtherBindings, GoWithTheUpdateAfterTheyWereLeft) {
    become_registered_twice();
    node.core.leave_beside();
    EXPECT_TRUE(update_of(node.register_at(noon + 3s)).overwrite);
}

TEST_F(OtherBindings, GoWithTheUpdateAfterTheirInterfaceHasGone) {  // RFC 6275 §11.5.4
    become_registered_twice();
    node.core.keep_offered({by(1, care_of_a)});
    EXPECT_TRUE(update_of(move(noon + 4s, by(1, care_of_a))).overwrite);
}

TEST_F(OtherBindings, GiveWayWhereTheHomeAgentKeepsNoMoreOfThem) {
    become_registered_twice();
    const Actions asked = move(noon + 4s, by(3, care_of_b));
    EXPECT_FALSE(update_of(asked).overwrite);
    const Actions again =
        node.hear_answer(noon + 4s, asked, {.status = BindingStatus::insufficient_resources});
    EXPECT_TRUE(update_of(again).overwrite);
    const Actions refused =
        node.hear_answer(noon + 4s, again, {.status = BindingStatus::insufficient_resources});
    EXPECT_EQ(test::order(refused), "") << "it has no room at all";
    EXPECT_EQ(node.core.next_deadline(), noon + 36s);
}

TEST_F(OtherBindings, AreRefreshedByHalfOfTheirLifetime) {
    become_registered_twice();
    EXPECT_TRUE(node.run_timer(noon + 302s - 1ms).empty());
    const Actions asked = node.run_timer(noon + 302s);
    EXPECT_EQ(identifier_of(asked).id, 2);
}

TEST_F(OtherBindings, StayUnderTheSessionOfTheOneInUseHoweverOftenTheyAreTried) {
    become_registered();
    EXPECT_FALSE(is_by_handshake(ask_beside(noon + 2s)));
    for (const auto at : {3s, 5s, 9s, 17s}) {  // each twice as long after the one before
        const Actions asked = node.run_timer(noon + at);
        ASSERT_EQ(test::all<mobility::SendMessage>(asked).size(), 1U);
        EXPECT_EQ(identifier_of(asked).id, 2);
        EXPECT_FALSE(is_by_handshake(asked));
    }
}

TEST_F(OtherBindings, AreNotAskedForLongerThanTheHomePrefixLasts) {  // RFC 6275 §11.7.1
    become_registered();
    node.core.on_home_prefix(noon + 100s);
    const Actions asked = ask_beside(noon + 2s);
    EXPECT_EQ(update_of(asked).lifetime, Lifetime(24));
    (void)node.hear_answer(noon + 2s, asked, bound_as(2));
    const Actions refreshed = node.run_timer(noon + 50s);
    EXPECT_EQ(identifier_of(refreshed).id, 2);
    EXPECT_EQ(update_of(refreshed).lifetime, Lifetime(12));
}

TEST_F(OtherBindings, AreUnwantedOnceTheHomeAgentHasRefusedOne) {
    become_registered_twice();
    EXPECT_FALSE(node.core.is_beside_unwanted());
    (void)node.hear_answer(
        noon + 302s, node.run_timer(noon + 302s),
        bound_as(2, static_cast<std::uint8_t>(BindingStatus::insufficient_resources)));
    EXPECT_FALSE(node.core.beside());
    EXPECT_TRUE(node.core.is_beside_unwanted());
    (void)ask_beside(noon + 400s);
    EXPECT_FALSE(node.core.is_beside_unwanted()) << "it is asked";
}

// The home agent would step back to the one before.
TEST_F(OtherBindings, AreNotAskedForAgainWhileTheyAreToBecomeTheOneInUse) {
    become_registered();
    (void)ask_beside(noon + 2s);  // and that is lost
    EXPECT_EQ(identifier_of(move(noon + 2500ms, by(2, care_of_b))).priority, priority_in_use);
    expect_only_the_one_in_use_to_be_asked_for(noon + 2500ms);
}

TEST_F(OtherBindings, AreNotAskedForAgainWhereAHandshakeAlongAllPathsMayTakeThem) {
    become_registered();
    (void)ask_beside(noon + 2s);
    Actions anew;
    node.core.register_anew(noon + 2500ms, {by(1, care_of_a), by(2, care_of_b)},
                            mobility::MoveCause::path_silent, anew);
    EXPECT_EQ(identifier_of(anew).priority, priority_in_use);
    expect_only_the_one_in_use_to_be_asked_for(noon + 2500ms);
}

TEST_F(OtherBindings, ShowThatTheHomeAgentDoesNotKnowTheSession) {  // status 146
    become_registered();
    const Actions asked = ask_beside(noon + 2s);
    Actions doubted;
    node.core.on_doubt(noon + 2040ms, SequenceNumber(99), doubted);
    EXPECT_TRUE(doubted.empty()) << "nobody has asked that";
    node.core.on_doubt(noon + 2040ms, sequence_in(asked), doubted);
    EXPECT_TRUE(is_by_handshake(doubted));
    EXPECT_EQ(identifier_of(doubted).id, 1);
}

TEST_F(OtherBindings, AreNoneAnyMoreWhereTheHomeAgentHasStartedAnew) {  // RFC 5847 §3.2
    become_registered_twice();
    Actions anew;
    node.core.on_home_agent_restart(noon + 5s, anew);
    EXPECT_TRUE(is_by_handshake(anew));
    EXPECT_TRUE(update_of(anew).overwrite);
    EXPECT_FALSE(node.core.beside());
    EXPECT_FALSE(node.core.is_beside_unwanted());
    EXPECT_EQ(node.core.bound().all(), std::vector{by(1, care_of_a)});
}

TEST_F(OtherBindings, EndWithTheBindingInUse) {
    become_registered_twice();
    (void)node.run_timer(noon + 600s);
    EXPECT_FALSE(node.core.beside());
    EXPECT_TRUE(node.core.bound().all().empty());
}

TEST_F(OtherBindings, AreNotAskedForWhereTheHomeAgentDoesNotKnowThem) {  // RFC 5648 §5.7
    (void)node.hear_answer(noon, node.register_at(noon));
    EXPECT_FALSE(node.core.can_bind_beside());
    EXPECT_TRUE(ask_beside(noon + 2s).empty());
    const auto& options = update_of(node.register_at(noon + 3s)).options;
    EXPECT_NE(wire::find<wire::AlternateCareOfAddress>(options), nullptr);
}

TEST_F(OtherBindings, AreNotAskedForAgainOnceTheyAreProhibited) {  // RFC 5648 §5.7
    become_registered();
    (void)node.hear_answer(noon + 2s, ask_beside(noon + 2s),
                           bound_as(2, static_cast<std::uint8_t>(BindingStatus::mcoa_prohibited)));
    EXPECT_FALSE(node.core.beside());
    EXPECT_FALSE(node.core.can_bind_beside());
}

TEST_F(OtherBindings, HaveNoSayInALaboratory) {
    RegistrationSettings settings = with_others();
    settings.protection = Protection::none;
    RegisteringNode bare(settings);
    bare.become_registered(noon);
    EXPECT_FALSE(bare.core.can_bind_beside());
}

TEST_F(OtherBindings, FlowsAreToldAtOnceAndWithEachUpdateOfTheOneInUse) {  // RFC 6089 §5.1
    become_registered_twice();
    const wire::FlowIdentification flow{
        .id = 1, .priority = 1, .selector = wire::TrafficSelector{}, .binding_ids = {1, 2}};
    Actions told;
    node.core.bind_flows(noon + 3s, {flow}, told);
    ASSERT_EQ(test::messages<wire::BindingUpdate>(told).size(), 1U);
    const auto* option = wire::find<wire::FlowIdentification>(update_of(told).options);
    ASSERT_NE(option, nullptr);
    EXPECT_EQ(option->binding_ids, (std::vector<std::uint16_t>{1, 2}));
    (void)node.hear_answer(noon + 3s, told, bound_as(1));
    Actions again;
    node.core.bind_flows(noon + 4s, {flow}, again);
    EXPECT_TRUE(again.empty()) << "they are the same";
    EXPECT_NE(wire::find<wire::FlowIdentification>(update_of(node.register_at(noon + 5s)).options),
              nullptr);
}

}  // namespace
}  // namespace godwit::client
