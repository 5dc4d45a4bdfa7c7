// Flow bindings: RFC 6089 §5.

#include <string>

#include "shared/mobility/flow_selector.hpp"
#include "tests/client/other_bindings.hpp"

namespace godwit::client {
namespace {

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
    static Answer binding_not_found() {
        Answer answer = bound_as(1);
        answer.options.emplace_back(copy(1, wire::FlowBindingStatus::binding_not_found));
        answer.options.emplace_back(copy(2, wire::FlowBindingStatus::binding_not_found));
        return answer;
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

TEST_F(FlowsOfOtherBindings, ShowThatTheHomeAgentHasLostABinding) {
    const Actions heard = node.hear_answer(noon + 3s, tell(), binding_not_found());
    EXPECT_TRUE(node.core.refused_flows().empty()) << "they are told with the binding again";
    EXPECT_TRUE(test::events<mobility::FlowsRefused>(heard).empty());
    EXPECT_FALSE(node.core.beside());
    EXPECT_FALSE(node.core.is_beside_unwanted());
    EXPECT_EQ(node.core.bound().all(), std::vector{by(1, care_of_a)});
}

TEST_F(FlowsOfOtherBindings, AreRefusedWhereRegisteringAnewHasNotHelped) {
    (void)node.hear_answer(noon + 3s, tell(), binding_not_found());
    (void)node.hear_answer(noon + 5s, ask_beside(noon + 5s), bound_as(2));
    (void)node.hear_answer(noon + 7s, node.register_at(noon + 7s), binding_not_found());
    EXPECT_EQ(node.core.refused_flows().size(), 2U);
    EXPECT_EQ(node.core.beside(), by(2, care_of_b)) << "it is not registered again and again";
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
