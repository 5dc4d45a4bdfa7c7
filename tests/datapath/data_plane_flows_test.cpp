// Flows that take other paths than the rest of their tunnel, or several at once.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/mobility/flow_selector.hpp"
#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using mobility::NumberedPath;
using test::correspondent;
using test::home;
using What = mobility::WatchTraffic::What;

const wire::Ipv6Address other_correspondent = test::ip("2001:db8:c::2");

class DataPlaneFlowsTest : public DataPlaneTest {
  protected:
    DataPlaneFlowsTest()
        : other_correspondent_((far_.enter(),
                                platform::run("ip addr add 2001:db8:c::2/128 dev lo nodad"),
                                other_correspondent)) {
        near_.enter();
        platform::run("ip route add 2001:db8:c::2 dev node");
        register_sealed(test::mobile_node_keys());
    }

    // What the node and the other correspondent send each other goes along these paths.
    void route(DataPlane& plane, const std::vector<mobility::Path>& paths) {
        std::vector<NumberedPath> numbered;
        std::vector<std::uint16_t> ids;
        for (const mobility::Path& path : paths) {
            ids.push_back(static_cast<std::uint16_t>(ids.size() + 1));
            numbered.push_back({.binding_id = ids.back(), .path = path, .mtu = {}});
        }
        const auto flow = mobility::FlowSelector::parse("udp to 2001:db8:c::2").value();
        plane.route_flows(home, numbered,
                          {{.selectors = mobility::traffic_selectors(flow, false),
                            .binding_ids = std::move(ids)}});
    }
    // Whether a packet has come along this path since it was watched.
    bool has_come(DataPlane& plane) {
        const auto notices = plane.take_notices().watched;
        return !notices.empty() && notices[0].what == What::received_along;
    }
    void send_up(const std::string& text) {
        application_.send(other_correspondent, text);
        EXPECT_EQ(other_correspondent_.receive(), text);
    }

    const mobility::Path second_uplink_{.local = second_care_of, .remote = far_address_};
    const mobility::Path second_downlink_{.local = far_address_, .remote = second_care_of};
    const mobility::Path dead_uplink_{.local = near_address_, .remote = test::ip("2001:db8::77")};
    test::UdpSocket other_correspondent_;
};

TEST_F(DataPlaneFlowsTest, SendsAFlowAlongAnotherPathAndTheRestAlongItsOwn) {
    agent().watch({.home = home, .what = What::received_along, .path = second_downlink_});
    route(node(), {second_uplink_});
    expect_both_ways("no flow's");
    EXPECT_FALSE(has_come(agent()));
    send_up("the flow's");
    EXPECT_FALSE(told_by(agent(), &DataPlane::Notices::watched).empty());
}

TEST_F(DataPlaneFlowsTest, SendsTheHomeAgentsSideOfAFlowAlongAnotherPath) {
    node().watch({.home = home, .what = What::received_along, .path = second_uplink_});
    route(agent(), {second_downlink_});
    expect_both_ways("no flow's");
    EXPECT_FALSE(has_come(node()));
    other_correspondent_.send(home.address, "the flow's");
    EXPECT_EQ(application_.receive(), "the flow's");
    EXPECT_FALSE(told_by(node(), &DataPlane::Notices::watched).empty());
}

TEST_F(DataPlaneFlowsTest, DeliversOnceWhatCameAlongTwoPaths) {
    route(node(), {uplink_, second_uplink_});
    send_up("one of two");
    send_up("and the next");
    expect_to_become(2U, [this] { return agent().drops(DropReason::replayed); });
    EXPECT_EQ(agent().traffic(home).received.packets, 2U);
    EXPECT_EQ(node().traffic(home).sent.packets, 2U) << "a packet is one, however many its copies";
}

TEST_F(DataPlaneFlowsTest, LosesNothingOfARedundantFlowWhenOneOfItsPathsIsDead) {
    route(node(), {dead_uplink_, second_uplink_});
    for (int number = 0; number < 200; ++number) {
        send_up(std::to_string(number));
    }
    EXPECT_EQ(agent().drops(DropReason::replayed), 0U);
}

TEST_F(DataPlaneFlowsTest, LosesNothingOfARedundantFlowWhenOneOfItsPathsIsRefused) {
    const mobility::Path without_source{.local = test::ip("2001:db8::bad"), .remote = far_address_};
    route(node(), {without_source, second_uplink_});
    send_up("by the second");
    route(node(), {second_uplink_, without_source});
    send_up("by the first");
    expect_to_become(2U, [this] { return node().traffic(home).sent.packets; });
    EXPECT_EQ(node().drops(DropReason::no_source), 0U) << "nothing was lost";
}

TEST_F(DataPlaneFlowsTest, SendsLaterWhatNoPathOfAFlowHasTaken) {
    const auto keys = test::mobile_node_keys();
    const mobility::Path without_source{.local = test::ip("2001:db8::bad"), .remote = far_address_};
    route(node(), {without_source, without_source});
    application_.send(other_correspondent, "late, not lost");
    expect_both_ways("behind it");
    EXPECT_TRUE(node().direct(home, second_uplink_, test::session_of(keys)));
    EXPECT_EQ(other_correspondent_.receive(), "late, not lost");
    EXPECT_EQ(node().drops(DropReason::no_source), 0U);
}

TEST_F(DataPlaneFlowsTest, SendsMoreCopiesAtOnceThanABatchHolds) {
    route(node(), {uplink_, second_uplink_, uplink_, second_uplink_});
    constexpr std::uint64_t packets = 2000;
    for (std::uint64_t number = 0; number < packets; ++number) {
        application_.send(other_correspondent, std::to_string(number));
        if (number % 100 == 99) {  // what a socket's buffer holds
            for (std::uint64_t come = number - 99; come <= number; ++come) {
                EXPECT_EQ(other_correspondent_.receive(), std::to_string(come));
            }
        }
    }
    expect_to_become(packets, [this] { return agent().traffic(home).received.packets; });
}

TEST_F(DataPlaneFlowsTest, KeepsTheRulesOfAFlowThroughRekeyingUntilItIsClosed) {
    agent().watch({.home = home, .what = What::received_along, .path = second_downlink_});
    route(node(), {second_uplink_});
    register_sealed(test::mobile_node_keys(2));
    agent().watch({.home = home, .what = What::received_along, .path = second_downlink_});
    send_up("by the new session");
    EXPECT_FALSE(told_by(agent(), &DataPlane::Notices::watched).empty());
    node().close(home);
    agent().close(home);
    register_sealed(test::mobile_node_keys(3));
    agent().watch({.home = home, .what = What::received_along, .path = second_downlink_});
    send_up("by no rule");
    EXPECT_FALSE(has_come(agent()));
}

TEST_F(DataPlaneFlowsTest, EndsTheRulesOfAFlowWhenThereAreNone) {
    agent().watch({.home = home, .what = What::received_along, .path = second_downlink_});
    route(node(), {second_uplink_});
    node().route_flows(home, {}, {});
    send_up("by no rule");
    EXPECT_FALSE(has_come(agent()));
}

// RFC 5648 §6.5: without a seal it is the outer source that says whose a packet is.
TEST_F(DataPlaneTest, TakesPlainPacketsFromAllPathsThatAreNamed) {
    register_plain();
    const mobility::Path second_downlink{.local = far_address_, .remote = second_care_of};
    agent().route_flows(home,
                        {{.binding_id = 1, .path = downlink_, .mtu = {}},
                         {.binding_id = 2, .path = second_downlink, .mtu = {}}},
                        {});
    EXPECT_TRUE(
        node().direct(home, {.local = second_care_of, .remote = far_address_}, std::nullopt));
    expect_both_ways("from the second");
    EXPECT_TRUE(agent().direct(home, downlink_, std::nullopt));
    expect_both_ways("whatever becomes of the first");
    EXPECT_EQ(agent().drops(DropReason::outer_source), 0U);
}

}  // namespace
}  // namespace godwit::runtime
