#include <iostream>

#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;

TEST_F(Simulation, HandsOverInOneRoundTripWithoutAHandshake) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    const auto session = home_agent.tunnels().directed.at(test::home).session;
    mobile_node.attach(care_of_b);
    network.run_for(40ms);
    world.expect_agreement();
    EXPECT_EQ(home_agent.tunnels().directed.at(test::home).session, session);
    ASSERT_EQ(mobile_node.count<mobility::HandoverCompleted>(), 1U);
    for (const mobility::Event& event : mobile_node.events()) {
        if (const auto* handover = std::get_if<mobility::HandoverCompleted>(&event)) {
            EXPECT_EQ(handover->from, care_of_a);
            EXPECT_EQ(handover->to, care_of_b);
            EXPECT_EQ(handover->cause, mobility::MoveCause::address_lost);
            EXPECT_EQ(handover->gap, 40ms);
        }
    }
}

// Why the home agent says that the mobile node has moved, of each move.
std::vector<std::optional<mobility::MoveCause>> told_causes(const SimulatedHomeAgent& home_agent) {
    std::vector<std::optional<mobility::MoveCause>> causes;
    for (const mobility::Event& event : home_agent.events()) {
        if (const auto* moved = std::get_if<mobility::BindingMoveRecorded>(&event)) {
            causes.push_back(moved->cause);
        }
    }
    return causes;
}

TEST_F(Simulation, AMoveArrivesWithItsCause) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    EXPECT_EQ(told_causes(home_agent),
              (std::vector<std::optional<mobility::MoveCause>>{mobility::MoveCause::address_lost}));
}

TEST_F(Simulation, SendsDataFromTheNewAddressRightBehindTheBindingUpdate) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach(care_of_b);
    EXPECT_EQ(mobile_node.tunnels().directed.at(test::home).path.local, care_of_b.address);
}

TEST_F(Simulation, RetransmitsAHandoverAfterTwoRoundTripsAndAfterASecondByHandshake) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    network.conditions.loss = 1;
    mobile_node.attach(care_of_b);
    const std::size_t before = world.recorded.size();
    network.run_for(80ms - 1ns);
    EXPECT_EQ(world.recorded.size(), before);
    network.run_for(1ns);
    EXPECT_EQ(world.recorded.size(), before + 1);
    network.run_for(160ms);
    EXPECT_EQ(world.recorded.size(), before + 2);
    network.run_for(760ms);
    ASSERT_EQ(world.recorded.size(), before + 3) << "three a second, §11.8";
    EXPECT_GT(world.recorded.back().size(), world.recorded[before].size() + 90)
        << "this one carries a Noise message";
}

TEST_F(Simulation, GoesHomeAndLeavesAgain) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach_home();
    network.run_for(40ms);
    EXPECT_EQ(mobile_node.state(), State::home);
    world.expect_agreement();
    mobile_node.attach(care_of_b);
    network.run_for(40ms);
    EXPECT_EQ(mobile_node.state(), State::registered);
    world.expect_agreement();
}

TEST_F(Simulation, TakesNoBindingForAnAnswerAtHome) {  // status 133
    mobile_node.attach_home();
    network.run_for(40ms);
    EXPECT_EQ(mobile_node.state(), State::home);
    world.expect_agreement();
}

TEST_F(Simulation, LeavesHomeAfterTheAcknowledgementOfTheReturnWasLost) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    network.lose_where(World::is_acknowledgement);
    mobile_node.attach_home();
    network.run_for(500ms);
    network.lose_where(nullptr);
    mobile_node.attach(care_of_b);  // under a session whose tunnel the home agent has closed
    network.run_for(100ms);
    world.expect_agreement();
}

TEST_F(Simulation, NeverSendsMoreThanThreeBindingUpdatesASecond) {  // RFC 6275 §11.8
    std::vector<mobility::Instant> sent;
    network.watch([&](const wire::Bytes& packet) {
        if (World::is_update(packet)) {
            sent.push_back(network.now());
        }
    });
    for (int flap = 0; flap < 1000; ++flap) {
        mobile_node.attach(flap % 2 == 0 ? care_of_a : care_of_b);
        network.run_for(7ms);
    }
    for (std::size_t update = 3; update < sent.size(); ++update) {
        EXPECT_GE(sent[update] - sent[update - 3], 1s);
    }
    EXPECT_GT(sent.size(), 15U) << "nor less than it may";
    network.run_for(2s);
    world.expect_agreement();
}

TEST_F(Simulation, RoamsBackWithinARoundTrip) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach(care_of_b);
    network.run_for(10ms);
    mobile_node.attach(care_of_a);
    network.run_for(50ms);
    EXPECT_EQ(mobile_node.state(), State::registered);
    world.expect_agreement();
}

// Loss, reordering, duplicates, restarts and moves as a seed decides; then calm, and all is well.
class RandomRun : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomRun, EndsInAgreement) {
    World world(GetParam());
    VirtualNetwork& network = world.network;
    network.conditions = {.latency = 20ms, .jitter = 60ms, .loss = 0.2, .duplication = 0.2};
    std::mt19937& random = network.random();
    for (int step = 0; step < 40; ++step) {
        switch (random() % 10) {
            case 0:
                world.home_agent.restart();
                break;
            case 1:
                world.mobile_node.restart();
                break;
            case 2:
                world.mobile_node.detach();
                break;
            case 3:
                world.mobile_node.attach_home();
                break;
            default:
                world.mobile_node.attach(
                    {test::ip("2001:db8:a::" + std::to_string(1 + random() % 5))});
        }
        network.run_for(std::chrono::milliseconds(random() % 3000));
    }
    network.conditions = {};
    world.mobile_node.attach(care_of_a);
    network.run_for(90s);
    EXPECT_EQ(world.mobile_node.state(), State::registered);
    world.expect_agreement();
    world.mobile_node.attach_home();
    network.run_for(1s);
    world.expect_agreement();
    network.run_for(1min);
    EXPECT_TRUE(world.home_agent.tunnels().admitted.empty()) << "no session outlives its binding";
    if (HasFailure()) {
        std::cout << network.story.text();
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomRun, testing::Range(1U, 301U));

}  // namespace
}  // namespace godwit::simulation
