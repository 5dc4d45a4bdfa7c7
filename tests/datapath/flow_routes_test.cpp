#include "shared/datapath/flow_routes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <vector>

#include "shared/datapath/outbound_fitting.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/mobility/flow_selector.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using mobility::NumberedPath;
using test::correspondent;
using test::home;

const wire::Ipv6Address elsewhere = test::ip("2001:db8:e::1");
const std::vector<NumberedPath> both{
    {.binding_id = 1, .path = test::from_a, .mtu = mobility::TunnelMtu::of(1400)},
    {.binding_id = 2, .path = test::from_b, .mtu = mobility::TunnelMtu::of(1300)}};

FlowRule rule(std::string_view text, std::vector<std::uint16_t> paths) {
    const auto flow = mobility::FlowSelector::parse(text).value();
    return {.selectors = mobility::traffic_selectors(flow, true), .binding_ids = std::move(paths)};
}
// What is between the home address and the correspondent.
FlowRule its_rule(std::vector<std::uint16_t> paths) {
    return rule("any to 2001:db8:c::1", std::move(paths));
}

class FlowRoutesTest : public testing::Test {
  protected:
    FlowRoutesTest() { direct(test::mobile_node_keys()); }

    void direct(const security::TunnelKeys& keys) {
        mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(
                                           home, test::from_a,
                                           OutboundSeal{.session = test::session_of(keys),
                                                        .sealer = security::EspSealer(keys)}));
    }
    std::unique_ptr<FlowRoutes> route(std::vector<FlowRule> rules,
                                      const std::vector<NumberedPath>& paths = both) {
        return mobile_node.route_flows(
            home, std::make_unique<FlowRoutes>(home, flow_direction(LookUpBy::inner_source), paths,
                                               std::move(rules)));
    }
    Outgoing send(const wire::Ipv6Address& to = correspondent, std::size_t size = 60) {
        test::put(*buffer, test::inner_packet(home.address, to, size));
        return mobile_node.encapsulate(test::noon, *buffer).value();
    }
    // The numbers of the paths that a packet takes by a rule.
    std::vector<std::uint16_t> paths_of(const wire::Ipv6Address& to = correspondent) {
        std::vector<std::uint16_t> numbers;
        for (const NumberedPath& path : send(to).by_rule) {
            numbers.push_back(path.binding_id);
        }
        return numbers;
    }
    using Numbers = std::vector<std::uint16_t>;

    OutboundTunnels mobile_node{LookUpBy::inner_source, test::home_agent};
    std::unique_ptr<PacketBuffer> buffer = std::make_unique<PacketBuffer>();
};

TEST_F(FlowRoutesTest, TakeOtherPathsOnlyIfARuleMeansThem) {
    EXPECT_EQ(paths_of(), Numbers{});
    route({its_rule({2})});
    EXPECT_EQ(paths_of(), Numbers{2});
    EXPECT_EQ(paths_of(elsewhere), Numbers{});
}

TEST_F(FlowRoutesTest, GoAlongEachPathThatTheirRuleNames) {  // RFC 6089 §5.3.6
    route({its_rule({2, 1, 2})});
    EXPECT_EQ(paths_of(), (Numbers{2, 1})) << "but once only";
}

TEST_F(FlowRoutesTest, GoByTheFirstRuleThatMeansThem) {
    route({its_rule({2}), rule("any", {1})});
    EXPECT_EQ(paths_of(), Numbers{2});
    EXPECT_EQ(paths_of(elsewhere), Numbers{1});
}

TEST_F(FlowRoutesTest, PassOverARuleWithoutPaths) {  // RFC 6089 §4.3
    route({its_rule({}), rule("any", {1})});
    EXPECT_EQ(paths_of(), Numbers{1});
}

TEST_F(FlowRoutesTest, GoOnlyAlongPathsThatAreKnown) {
    route({its_rule({7, 2}), rule("any", {7})});
    EXPECT_EQ(paths_of(), Numbers{2});
    EXPECT_EQ(paths_of(elsewhere), Numbers{}) << "the tunnel's own, not another rule's";
}

TEST_F(FlowRoutesTest, HaveNoMoreCopiesThanFour) {
    std::vector<NumberedPath> paths;
    for (std::uint16_t id = 1; id <= 6; ++id) {
        paths.push_back({.binding_id = id, .path = test::from_a, .mtu = {}});
    }
    route({its_rule({6, 5, 4, 3, 2, 1})}, paths);
    EXPECT_EQ(paths_of(), (Numbers{6, 5, 4, 3}));
}

TEST_F(FlowRoutesTest, AreMeantTheSameInBothDirections) {
    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::to_a));
    agent.route_flows(
        home, std::make_unique<FlowRoutes>(home, flow_direction(LookUpBy::inner_destination), both,
                                           std::vector{its_rule({2})}));
    test::put(*buffer, test::inner_packet(correspondent, home.address));
    EXPECT_EQ(agent.encapsulate(test::noon, *buffer)->by_rule.size(), 1U);
    test::put(*buffer, test::inner_packet(elsewhere, home.address));
    EXPECT_TRUE(agent.encapsulate(test::noon, *buffer)->by_rule.empty());
}

TEST_F(FlowRoutesTest, AreReplacedAllAtOnceAndGivenBack) {
    EXPECT_EQ(route({its_rule({2})}), nullptr);
    EXPECT_NE(route({its_rule({1})}), nullptr);
    EXPECT_EQ(paths_of(), Numbers{1});
    EXPECT_NE(mobile_node.route_flows(home, nullptr), nullptr);
    EXPECT_EQ(paths_of(), Numbers{});
    EXPECT_EQ(mobile_node.route_flows(home, nullptr), nullptr);
}

TEST_F(FlowRoutesTest, StayWhateverBecomesOfTheTunnel) {
    route({its_rule({2})});
    direct(test::mobile_node_keys(2));
    EXPECT_EQ(paths_of(), Numbers{2}) << "after rekeying";
    mobile_node.move(test::noon, home, test::from_b);
    EXPECT_EQ(paths_of(), Numbers{2}) << "after a handover";
    mobile_node.close(home);
    direct(test::mobile_node_keys(3));
    EXPECT_EQ(paths_of(), Numbers{2}) << "when it is opened again";
}

TEST_F(FlowRoutesTest, HaveNoCopiesInClear) {
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    route({its_rule({2, 1})});
    EXPECT_EQ(paths_of(), Numbers{2}) << "nobody could tell that they are the same packet";
}

TEST_F(FlowRoutesTest, WaitLikeAllOthersAndTakeTheTunnelsPathThen) {
    route({its_rule({2, 1})});
    mobile_node.hold(home);
    EXPECT_TRUE(send().is_waiting);
    mobile_node.move(test::noon, home, test::from_a);
    const auto waited = mobile_node.next_resent(test::noon);
    ASSERT_TRUE(waited);
    EXPECT_TRUE(waited->by_rule.empty());
    EXPECT_EQ(paths_of(), (Numbers{2, 1})) << "as soon as nothing waits";
}

TEST_F(FlowRoutesTest, AreFragmentedAsEachPathDemands) {  // RFC 2473 §7.2
    mobile_node.fit(home, mobility::TunnelMtu::of(1420));
    route({its_rule({1, 2})});
    const Outgoing packet = send(correspondent, 1350);
    EXPECT_EQ(packet.longest, 0U);
    EXPECT_EQ(packet.copy_along(both[0]).longest, 0U);
    EXPECT_EQ(packet.copy_along(both[1]).longest, mobility::TunnelOverhead{}.outer(1300));
}

TEST_F(FlowRoutesTest, AreFragmentedAsIsFoundOutAboutTheTunnelsPath) {
    mobile_node.fit(home, mobility::TunnelMtu::of(1240));
    route({its_rule({1, 2})});
    const Outgoing packet = send(correspondent, 1260);
    EXPECT_EQ(packet.copy_along(both[0]).longest, mobility::TunnelOverhead{}.outer(1240));
    EXPECT_EQ(packet.copy_along(both[1]).longest, 0U);
}

// RFC 8200 §5: beside the path in use nobody has asked how much of what leaves arrives.
TEST_F(FlowRoutesTest, HaveSegmentsThatEveryPathHasRoomFor) {
    mobile_node.fit(home, mobility::TunnelMtu::of(1420));
    route({its_rule({1})});
    const Outgoing along_its_own = send();
    EXPECT_EQ(least_whole(*along_its_own.tunnel, along_its_own.by_rule), 1420U);
    route({its_rule({1, 2})});
    const Outgoing along_both = send();
    EXPECT_EQ(least_whole(*along_both.tunnel, along_both.by_rule),
              mobility::TunnelOverhead{}.inner(1280));
}

TEST_F(FlowRoutesTest, LeaveMessagesToTheTunnelsPath) {
    route({rule("any", {2})});
    const auto message = mobile_node.message(
        home, test::message_packet(home.address, test::home_agent.address), 0, *buffer);
    EXPECT_TRUE(message->by_rule.empty());
}

TEST(CopiesSent, SettleThePacketWithTheFirstThatIsTaken) {
    CopiesSent copies{.left = 3};
    const Outgoing copy{.copies = &copies};
    EXPECT_FALSE(copy.settles_as_refused());
    EXPECT_TRUE(copy.settles_as_sent());
    EXPECT_FALSE(copy.settles_as_sent());
    copies = {.left = 2};
    EXPECT_TRUE(copy.settles_as_sent());
    EXPECT_FALSE(copy.settles_as_refused());
}

TEST(CopiesSent, SettleThePacketWithTheLastIfAllAreRefused) {
    CopiesSent copies{.left = 2};
    const Outgoing copy{.copies = &copies};
    EXPECT_FALSE(copy.settles_as_refused());
    EXPECT_TRUE(copy.settles_as_refused());
}

}  // namespace
}  // namespace godwit::datapath
