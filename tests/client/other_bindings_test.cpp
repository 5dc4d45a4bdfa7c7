// Several bindings of one home address: RFC 5648 §5, and flow bindings: RFC 6089 §5.

#include <gtest/gtest.h>

#include <string>

#include "shared/mobility/claimed_care_of_address.hpp"
#include "shared/mobility/flow_selector.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::care_of_b;

RegistrationSettings with_others() {
    RegistrationSettings settings = settings_of(Protection::sealed);
    settings.wants_other_bindings = true;
    return settings;
}

mobility::Path by(std::uint32_t interface, const wire::CareOfAddress& care_of) {
    return {.interface = {interface}, .local = care_of.address, .remote = test::home_agent.address};
}

const wire::BindingUpdate& update_of(const Actions& actions) {
    static wire::BindingUpdate update;
    update = test::messages<wire::BindingUpdate>(actions).at(0);
    return update;
}
wire::BindingIdentifier identifier_of(const Actions& actions) {
    const auto* option = wire::find<wire::BindingIdentifier>(update_of(actions).options);
    return option != nullptr ? *option : wire::BindingIdentifier{};
}
Answer bound_as(std::uint16_t id, std::uint8_t status = 0) {
    return {.options = {wire::BindingIdentifier{.id = id, .status = status, .care_of = {}}}};
}

class OtherBindings : public testing::Test {
  protected:
    void become_registered() { (void)node.hear_answer(noon, node.register_at(noon), bound_as(1)); }
    Actions ask_beside(Instant now) {
        Actions actions;
        node.core.register_beside(now, {by(2, care_of_b)}, actions);
        return actions;
    }
    Actions move(Instant now, const mobility::Path& path) {
        Actions actions;
        node.core.register_paths(now, {path}, actions);
        return actions;
    }
    void become_registered_twice() {
        become_registered();
        (void)node.hear_answer(noon + 2s, ask_beside(noon + 2s), bound_as(2));
    }

    RegisteringNode node{with_others()};
};

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

// RFC 6089 §5.2.6.
class FlowsOfOtherBindings : public OtherBindings {
  protected:
    FlowsOfOtherBindings() { become_registered_twice(); }
    Actions tell() {
        Actions told;
        node.core.bind_flows(noon + 3s, flows, told);
        return told;
    }
    static std::vector<wire::FlowIdentification> flows_of(const Actions& actions) {
        std::vector<wire::FlowIdentification> all;
        for (const wire::MobilityOption& option : update_of(actions).options) {
            if (const auto* flow = std::get_if<wire::FlowIdentification>(&option)) {
                all.push_back(*flow);
            }
        }
        return all;
    }
    static void accept(const std::vector<wire::FlowIdentification>& told, Answer& answer) {
        for (const wire::FlowIdentification& flow : told) {
            answer.options.emplace_back(copy(flow.id, wire::FlowBindingStatus::accepted));
        }
    }
    static wire::FlowIdentification copy(std::uint16_t id, wire::FlowBindingStatus status) {
        return {.id = id, .status = status};
    }
    static wire::FlowIdentification flow(std::uint16_t id, std::uint8_t dscp) {
        return {.id = id,
                .priority = id,
                .selector = wire::TrafficSelector{.dscp = wire::Range<std::uint8_t>::only(dscp)},
                .binding_ids = {1, 2}};
    }
    const std::vector<wire::FlowIdentification> flows{flow(1, 10), flow(2, 20)};
};

TEST_F(FlowsOfOtherBindings, ThatAreRefusedAreKnown) {
    using enum wire::FlowBindingStatus;
    Answer answer = bound_as(1);
    answer.options.emplace_back(copy(1, accepted));
    answer.options.emplace_back(copy(2, administratively_prohibited));
    const Actions heard = node.hear_answer(noon + 3s, tell(), answer);
    const RefusedFlow second{.selector = {.dscp = wire::Range<std::uint8_t>::only(20)},
                             .status = administratively_prohibited};
    EXPECT_EQ(node.core.refused_flows(), std::vector{second});
    ASSERT_EQ(test::events<mobility::FlowsRefused>(heard).size(), 1U);
    EXPECT_EQ(reason_of(test::events<mobility::FlowsRefused>(heard).at(0)),
              "administratively-prohibited");
}

TEST_F(FlowsOfOtherBindings, ThatAreNotAnsweredAreRefused) {
    const Actions heard = node.hear_answer(noon + 3s, tell(), bound_as(1));
    EXPECT_EQ(node.core.refused_flows().size(), 2U);
    EXPECT_EQ(reason_of(test::events<mobility::FlowsRefused>(heard).at(0)), "not-supported");
}

TEST_F(FlowsOfOtherBindings, ThatAreRefusedAreWishedWithTheNextUpdateToo) {
    (void)node.hear_answer(noon + 3s, tell(), bound_as(1));
    const Actions again = node.register_at(noon + 4s);
    EXPECT_NE(wire::find<wire::FlowIdentification>(update_of(again).options), nullptr);
    Answer answer = bound_as(1);
    answer.options.emplace_back(copy(1, wire::FlowBindingStatus::accepted));
    answer.options.emplace_back(copy(2, wire::FlowBindingStatus::accepted));
    const Actions heard = node.hear_answer(noon + 4s, again, answer);
    EXPECT_TRUE(node.core.refused_flows().empty());
    EXPECT_TRUE(test::events<mobility::FlowsRefused>(heard).empty());
}

TEST_F(FlowsOfOtherBindings, AreNotToldOfALinkThatHasGone) {
    (void)node.hear_answer(noon + 3s, tell(), bound_as(1));
    ASSERT_FALSE(node.core.refused_flows().empty());
    node.core.keep_offered({by(2, care_of_b)});
    const Actions moved = move(noon + 5s, by(2, care_of_b));
    EXPECT_TRUE(update_of(moved).overwrite);
    const auto told = flows_of(moved);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].binding_ids, std::vector<std::uint16_t>{2});
    Answer answer = bound_as(2);
    accept(told, answer);
    const Actions heard = node.hear_answer(noon + 5s, moved, answer);
    EXPECT_TRUE(test::events<mobility::FlowsRefused>(heard).empty());
    EXPECT_TRUE(node.core.refused_flows().empty());
}

TEST_F(FlowsOfOtherBindings, AreNotToldWhereNoneOfTheirLinksIsLeft) {
    wire::FlowIdentification pinned = flow(1, 10);
    pinned.binding_ids = {1};
    Actions told;
    node.core.bind_flows(noon + 3s, {pinned}, told);
    (void)node.hear_answer(noon + 3s, told, bound_as(1));
    ASSERT_FALSE(node.core.refused_flows().empty());
    node.core.give_up(by(1, care_of_a));
    const Actions moved = move(noon + 5s, by(2, care_of_b));
    EXPECT_TRUE(update_of(moved).overwrite) << "what fell silent is given up";
    EXPECT_TRUE(flows_of(moved).empty());
    (void)node.hear_answer(noon + 5s, moved, bound_as(2));
    EXPECT_TRUE(node.core.refused_flows().empty());
    EXPECT_EQ(node.core.bound().all(), std::vector{by(2, care_of_b)});
}

TEST_F(FlowsOfOtherBindings, AreForgottenWithTheBinding) {
    (void)node.hear_answer(noon + 3s, tell(), bound_as(1));
    (void)node.run_timer(noon + 700s);
    EXPECT_TRUE(node.core.refused_flows().empty());
    (void)node.hear_answer(noon + 701s, node.register_at(noon + 701s), bound_as(1));
    EXPECT_TRUE(flows_of(node.register_at(noon + 702s)).empty());
}

// RFC 8200 §5: with its outer headers it is no longer than what arrives everywhere.
class ManyFlowsOfOtherBindings : public FlowsOfOtherBindings {
  protected:
    static constexpr std::size_t native_headers = 40 + 24;  // with the Home Address option
    static constexpr std::size_t udp_headers = 40 + 8;
    static std::vector<wire::FlowIdentification> many(const std::string& to) {
        std::vector<wire::FlowIdentification> all;
        for (std::uint16_t port = 5001; port <= 5016; ++port) {
            const auto selector =
                mobility::FlowSelector::parse("udp port " + std::to_string(port) + to);
            for (const auto& selected : mobility::traffic_selectors(selector.value(), false)) {
                const auto number = static_cast<std::uint16_t>(all.size() + 1);
                all.push_back({.id = number,
                               .priority = number,
                               .selector = selected,
                               .binding_ids = {1, 2}});
            }
        }
        return all;
    }
    Actions tell_many(const std::string& to) {
        Actions told;
        node.core.bind_flows(noon + 3s, many(to), told);
        return told;
    }
    Actions accept_all(Instant now, const Actions& asked) {
        Answer answer = bound_as(1);
        accept(flows_of(asked), answer);
        return node.hear_answer(now, asked, answer);
    }
    void expect_packet_that_arrives_everywhere() const {
        EXPECT_LE(node.length_of_update() + native_headers, 1280U);
        EXPECT_LE(node.length_of_update() + udp_headers, 1280U);
    }
};

TEST_F(ManyFlowsOfOtherBindings, GoOnlyAsFarAsAnUpdateHasRoom) {
    const Actions told = tell_many(" to 2001:db8:7::/48");
    const std::size_t count = flows_of(told).size();
    EXPECT_GT(count, 10U);
    EXPECT_LT(count, 32U);
    const Actions heard = accept_all(noon + 3s, told);
    expect_packet_that_arrives_everywhere();
    EXPECT_EQ(node.core.refused_flows().size(), 32 - count) << "they go the way of the rest";
    ASSERT_EQ(test::events<mobility::FlowsRefused>(heard).size(), 1U);
    EXPECT_EQ(reason_of(test::events<mobility::FlowsRefused>(heard).at(0)), "no-room");
    const Actions again = node.doubt(noon + 10s);
    ASSERT_TRUE(is_by_handshake(again));
    EXPECT_EQ(flows_of(again).size(), count);
    EXPECT_TRUE(test::events<mobility::FlowsRefused>(accept_all(noon + 10s, again)).empty());
    expect_packet_that_arrives_everywhere();
}

TEST_F(ManyFlowsOfOtherBindings, AllHaveRoomWhereTheyNameNoAddress) {
    const Actions told = tell_many("");
    EXPECT_EQ(flows_of(told).size(), 32U);
    (void)accept_all(noon + 3s, told);
    EXPECT_TRUE(node.core.refused_flows().empty());
    (void)accept_all(noon + 10s, node.doubt(noon + 10s));
    expect_packet_that_arrives_everywhere();
}

TEST_F(FlowsOfOtherBindings, SayNothingWhereNoneIsTold) {
    EXPECT_TRUE(test::events<mobility::FlowsRefused>(
                    node.hear_answer(noon + 4s, node.register_at(noon + 4s), bound_as(1)))
                    .empty());
}

}  // namespace
}  // namespace godwit::client
