// A node at two links, flows of which take the one that is not in use, or both, when a link falls
// silent.

#include <algorithm>
#include <utility>

#include "shared/mobility/flow_selector.hpp"
#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using test::care_of_a;
using test::care_of_b;

class FlowRoaming : public Simulation {
  protected:
    static constexpr std::uint16_t port_of_flow = 5060;
    const mobility::CandidateAddress first_link{.interface = {1}, .address = care_of_a.address};
    const mobility::CandidateAddress second_link{.interface = {2}, .address = care_of_b.address};

    // The first link is in use; the second one is registered beside it, and seen to carry.
    void attach(std::function<bool(const mobility::CandidateAddress&)> via) {
        attach(std::move(via), {first_link, second_link});
    }
    void attach(std::function<bool(const mobility::CandidateAddress&)> via,
                const std::vector<mobility::CandidateAddress>& links) {
        const auto flow = mobility::FlowSelector::parse("udp port 5060").value();
        mobile_node.use_both_links(
            {{.selectors = mobility::traffic_selectors(flow, false), .via = std::move(via)}});
        mobile_node.attach_to_links(links);
        network.run_for(3s);
    }
    mobility::CandidateAddress costlier_first_link() const {
        mobility::CandidateAddress costlier = first_link;
        costlier.route_metric = 100;
        return costlier;
    }
    static bool is_first_link(const mobility::CandidateAddress& candidate) {
        return candidate.interface.value == 1;
    }
    static bool is_second_link(const mobility::CandidateAddress& candidate) {
        return candidate.interface.value == 2;
    }
    static VirtualNetwork::Wish goes_by(const wire::CareOfAddress& care_of) {
        return [care_of](const wire::Bytes& packet) {
            const auto frame = Frame::parse(packet);
            return frame->path.local == care_of.address || frame->path.remote == care_of.address;
        };
    }
    void lose_first_link() { network.lose_where(goes_by(care_of_a)); }
    // Both ways: the flow each millisecond, other data each 20.
    void talk_for(std::chrono::milliseconds time) {
        for (int step = 0; step < time.count(); ++step) {
            send(port_of_flow);
            if (step % 20 == 0) {
                send(4000);
            }
            network.run_for(1ms);
        }
    }
    // One way, so that the path in use is asked again and again.
    void tell_for(std::chrono::milliseconds time) {
        for (const auto end = network.now() + time; network.now() < end; network.run_for(20ms)) {
            mobile_node.send_data(test::home);
        }
    }
    void send(std::uint16_t port) {
        mobile_node.send_data(test::home, port);
        home_agent.send_data(test::home, port);
    }
    // Where the home agent sends what is no flow.
    const wire::Ipv6Address& way_to_mobile_node() const {
        return home_agent.tunnels().directed.at(test::home).path.remote;
    }
    void expect_flow_to_arrive() {
        network.run_for(50ms);  // what is under way
        const auto at_home_agent = home_agent.delivered().size();
        const auto at_mobile_node = mobile_node.delivered().size();
        for (int packet = 0; packet < 20; ++packet) {
            send(port_of_flow);
            network.run_for(1ms);
        }
        network.run_for(50ms);
        EXPECT_EQ(home_agent.delivered().size(), at_home_agent + 20);
        EXPECT_EQ(mobile_node.delivered().size(), at_mobile_node + 20);
    }
};

TEST_F(FlowRoaming, LeavesASilentPathThoughAFlowGoesOnAlongTheOther) {
    attach(nullptr);  // along both
    talk_for(1s);
    ASSERT_EQ(way_to_mobile_node(), care_of_a.address);
    lose_first_link();
    talk_for(1s);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 1U);
    EXPECT_EQ(way_to_mobile_node(), care_of_b.address);
}

TEST_F(FlowRoaming, StaysWhereItIsWhileAFlowGoesAlongTheOtherPath) {
    attach(is_second_link);
    talk_for(10s);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 0U);
    EXPECT_EQ(way_to_mobile_node(), care_of_a.address);
}

TEST_F(FlowRoaming, TakesTheFlowAwayFromALinkThatHasFallenSilent) {
    attach(is_first_link);
    talk_for(1s);
    lose_first_link();
    talk_for(2s);
    EXPECT_EQ(way_to_mobile_node(), care_of_b.address);
    expect_flow_to_arrive();
}

TEST_F(FlowRoaming, TakesTheFlowAwayFromASilentLinkThoughTheOneThatAnswersIsBetter) {
    network.lose_where(goes_by(care_of_b));
    attach(is_first_link, {costlier_first_link(), second_link});
    talk_for(1s);
    ASSERT_EQ(way_to_mobile_node(), care_of_a.address);
    lose_first_link();
    talk_for(2s);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 1U);
    EXPECT_EQ(way_to_mobile_node(), care_of_b.address);
    expect_flow_to_arrive();
}

TEST_F(FlowRoaming, TakesTheFlowAwayFromALinkThatDiesSoonAfterItWasLeftForABetterOne) {
    attach(is_first_link, {costlier_first_link()});
    mobile_node.attach_to_links({costlier_first_link(), second_link});
    talk_for(200ms);
    ASSERT_EQ(way_to_mobile_node(), care_of_b.address);
    lose_first_link();
    talk_for(4s);
    expect_flow_to_arrive();
}

TEST_F(FlowRoaming, TakesABetterPathThoughTheOneInUseIsJustBeingAsked) {
    attach(nullptr, {costlier_first_link()});
    for (int round = 0; round < 20; ++round) {
        tell_for(2s + round * 20ms);
        mobile_node.attach_to_links({costlier_first_link(), second_link});
        tell_for(1s);
        EXPECT_EQ(way_to_mobile_node(), care_of_b.address);
        mobile_node.attach_to_links({costlier_first_link()});
    }
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 0U);
}

TEST_F(FlowRoaming, StaysOnAPathThatIsOnlySlowerForAWhile) {
    attach(is_second_link);
    talk_for(1s);
    network.delay_where(goes_by(care_of_a), 150ms);
    talk_for(1s);
    network.delay_where(nullptr);
    talk_for(1s);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 0U);
    EXPECT_EQ(way_to_mobile_node(), care_of_a.address);
}

TEST_F(FlowRoaming, TakesTheFlowAwayFromALinkThatNobodyRoutesAnyMore) {
    attach(is_first_link);
    talk_for(1s);
    mobility::CandidateAddress abandoned = first_link;
    abandoned.abandoned = true;
    mobile_node.attach_to_links({abandoned, second_link});
    talk_for(1s);
    lose_first_link();
    EXPECT_EQ(way_to_mobile_node(), care_of_b.address);
    expect_flow_to_arrive();
}

TEST_F(FlowRoaming, TakesTheFlowBackOnceTheLinkAnswersAgain) {
    attach(is_first_link);
    lose_first_link();
    talk_for(2s);
    network.lose_where(nullptr);
    talk_for(5s);
    std::size_t by_first = 0;
    network.watch([&by_first](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        by_first += frame->sealed_for && frame->path.local == care_of_a.address ? 1U : 0U;
    });
    expect_flow_to_arrive();
    EXPECT_GE(by_first, 20U);
}

// The one in use is left, and answers late.
TEST_F(FlowRoaming, GoesByTheOtherLinkAgainSoonAfterAShortStallOfTheOneInUse) {
    attach(is_second_link);
    tell_for(1s);
    network.delay_where(goes_by(care_of_a), 300ms);
    tell_for(1s);
    network.delay_where(nullptr);
    EXPECT_GE(mobile_node.count<mobility::PathSilent>(), 1U);
    talk_for(3s);
    EXPECT_FALSE(home_agent.core().other_bindings().of(test::home).empty());
    std::size_t by_second = 0;
    network.watch([&by_second](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        by_second += frame->sealed_for && frame->path.local == care_of_b.address ? 1U : 0U;
    });
    expect_flow_to_arrive();
    EXPECT_GE(by_second, 20U);
}

TEST_F(FlowRoaming, TakesTheOtherLinkAgainAfterARestartOfTheHomeAgent) {
    attach(is_second_link);
    talk_for(1s);
    home_agent.restart();
    network.run_for(10s);
    EXPECT_FALSE(home_agent.core().other_bindings().of(test::home).empty());
    EXPECT_TRUE(mobile_node.core().refused_flows().empty());
    EXPECT_EQ(way_to_mobile_node(), care_of_a.address);
    std::size_t by_second = 0;
    network.watch([&by_second](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        by_second += frame->sealed_for && frame->path.local == care_of_b.address ? 1U : 0U;
    });
    expect_flow_to_arrive();
    EXPECT_GE(by_second, 20U);
}

}  // namespace
}  // namespace godwit::simulation
