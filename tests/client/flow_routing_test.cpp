#include "client/core/flow_routing.hpp"

#include <gtest/gtest.h>

#include "shared/mobility/flow_selector.hpp"
#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using mobility::Actions;

Away offer(std::uint32_t interface, const wire::CareOfAddress& care_of) {
    return {.care_of = {.interface = {interface}, .address = care_of.address},
            .path = {.interface = {interface},
                     .local = care_of.address,
                     .remote = test::home_agent.address}};
}
const Away wire_offer = offer(1, test::care_of_a);
const Away radio_offer = offer(2, test::care_of_b);

std::vector<wire::TrafficSelector> selectors(const char* flow) {
    return mobility::traffic_selectors(*mobility::FlowSelector::parse(flow), false);
}

class FlowRoutingTest : public testing::Test {
  protected:
    Actions bind(const std::vector<Away>& places, const std::vector<RefusedFlow>& refused = {}) {
        BoundPaths bound;
        for (const Away& place : places) {
            bound.on_bound(place.path, false);
        }
        Actions actions;
        routing.on_bound(bound, {wire_offer, radio_offer}, refused, actions);
        return actions;
    }

    FlowRouting routing{test::home,
                        {{.selectors = selectors("udp port 5060"), .via = {}},
                         {.selectors = selectors("icmp"), .via = [](const auto& candidate) {
                              return candidate.interface.value == 2;
                          }}}};
};

TEST_F(FlowRoutingTest, SaysNothingAsLongAsThereIsNoChoice) {
    EXPECT_TRUE(bind({wire_offer}).empty());
    EXPECT_TRUE(routing.options().empty());
}

TEST_F(FlowRoutingTest, SendsWhatIsRedundantAlongAllAndTheRestWhereItIsWanted) {
    const auto routes = test::all<mobility::RouteFlows>(bind({wire_offer, radio_offer}));
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].paths.size(), 2U);
    ASSERT_EQ(routes[0].rules.size(), 2U);
    EXPECT_EQ(routes[0].rules[0].binding_ids, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_EQ(routes[0].rules[1].binding_ids, (std::vector<std::uint16_t>{2}));
}

TEST_F(FlowRoutingTest, TellsTheHomeAgentOneSelectorAtATime) {  // RFC 6089 §4.2.1.4
    (void)bind({wire_offer, radio_offer});
    ASSERT_EQ(routing.options().size(), 3U) << "the port of either end, and ICMP";
    for (std::uint16_t number = 1; number <= 3; ++number) {
        EXPECT_EQ(routing.options()[number - 1U].id, number);
        EXPECT_EQ(routing.options()[number - 1U].priority, number);
    }
    EXPECT_EQ(routing.options()[2].binding_ids, (std::vector<std::uint16_t>{2}));
}

TEST_F(FlowRoutingTest, SaysItOnceAndTakesItBackWhenOnePathIsLeft) {
    (void)bind({wire_offer, radio_offer});
    EXPECT_TRUE(bind({wire_offer, radio_offer}).empty());
    const auto routes = test::all<mobility::RouteFlows>(bind({radio_offer}));
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_TRUE(routes[0].paths.empty());
    EXPECT_TRUE(routes[0].rules.empty());
    EXPECT_TRUE(routing.options().empty());
}

TEST_F(FlowRoutingTest, SendsWhatTheHomeAgentHasRefusedTheWayOfTheRest) {  // RFC 6089 §5.2.6
    (void)bind({wire_offer, radio_offer});
    const auto ports = selectors("udp port 5060");
    const auto routes = test::all<mobility::RouteFlows>(
        bind({wire_offer, radio_offer}, {{.selector = ports[0], .status = {}}}));
    ASSERT_EQ(routes.size(), 1U);
    ASSERT_EQ(routes[0].rules.size(), 2U);
    EXPECT_EQ(routes[0].rules[0].selectors, std::vector{ports[1]});
    EXPECT_EQ(routing.options().size(), 3U) << "it is wished on";
}

TEST_F(FlowRoutingTest, RoutesNothingWhereTheHomeAgentHasRefusedAll) {
    (void)bind({wire_offer, radio_offer});
    std::vector<RefusedFlow> all;
    for (const wire::FlowIdentification& told : routing.options()) {
        all.push_back({std::get<wire::TrafficSelector>(told.selector), std::nullopt});
    }
    const auto routes = test::all<mobility::RouteFlows>(bind({wire_offer, radio_offer}, all));
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_TRUE(routes[0].paths.empty());
    EXPECT_EQ(test::all<mobility::RouteFlows>(bind({wire_offer, radio_offer})).size(), 1U)
        << "it takes them after all";
}

TEST_F(FlowRoutingTest, KnowsWhetherAFlowGoesBesideThePathInUse) {
    EXPECT_FALSE(routing.go_beside(wire_offer.path));
    (void)bind({wire_offer, radio_offer});
    EXPECT_TRUE(routing.go_beside(wire_offer.path));
    const auto ports = selectors("udp port 5060");
    (void)bind({wire_offer, radio_offer},
               {{.selector = ports[0], .status = {}}, {.selector = ports[1], .status = {}}});
    EXPECT_FALSE(routing.go_beside(radio_offer.path)) << "ICMP goes along it";
    EXPECT_TRUE(routing.go_beside(wire_offer.path));
}

TEST_F(FlowRoutingTest, LeavesOutWhatNoLinkOffersAnyMore) {
    const Away gone = offer(3, {test::ip("2001:db8:c::7")});
    const auto routes = test::all<mobility::RouteFlows>(bind({wire_offer, radio_offer, gone}));
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].paths.size(), 2U);
}

TEST_F(FlowRoutingTest, TellsTheHomeAgentNothingOfAFlowThatNoPathIsFor) {
    FlowRouting picky{test::home,
                      {{.selectors = selectors("icmp"), .via = [](const auto&) { return false; }}}};
    BoundPaths bound;
    bound.on_bound(wire_offer.path, false);
    bound.on_bound(radio_offer.path, false);
    Actions actions;
    picky.on_bound(bound, {wire_offer, radio_offer}, {}, actions);
    EXPECT_TRUE(picky.options().empty());
    EXPECT_EQ(test::all<mobility::RouteFlows>(actions).size(), 1U);
}

}  // namespace
}  // namespace godwit::client
