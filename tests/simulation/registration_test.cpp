#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;

TEST_F(Simulation, RegistersInOneRoundTrip) {
    EXPECT_EQ(mobile_node.state(), State::unattached);
    mobile_node.attach(care_of_a);
    EXPECT_EQ(mobile_node.state(), State::registering);
    network.run_for(40ms - 1ns);
    EXPECT_EQ(mobile_node.state(), State::registering);
    network.run_for(1ns);
    EXPECT_EQ(mobile_node.state(), State::registered);
    world.expect_agreement();
}

TEST_F(Simulation, RetransmitsTheFirstRegistrationAfter1500Milliseconds) {  // RFC 6275 §11.8
    network.conditions.loss = 1;
    mobile_node.attach(care_of_a);
    EXPECT_EQ(world.recorded_updates(), 1U);
    network.run_for(1500ms - 1ns);
    EXPECT_EQ(world.recorded_updates(), 1U);
    network.run_for(1ns);
    EXPECT_EQ(world.recorded_updates(), 2U);
    network.run_for(3s);
    EXPECT_EQ(world.recorded_updates(), 3U);
}

TEST_F(Simulation, BacksOffTo32SecondsAndGoesOnForEver) {  // RFC 6275 §11.8
    network.conditions.loss = 1;
    mobile_node.attach(care_of_a);
    network.run_for(1500ms * 31);  // 1.5 + 3 + 6 + 12 + 24
    EXPECT_EQ(world.recorded_updates(), 6U);
    network.run_for(320s);
    EXPECT_EQ(world.recorded_updates(), 16U);
    network.conditions.loss = 0;
    network.run_for(33s);
    world.expect_agreement();
}

TEST_F(Simulation, SurvivesTheLossOfAnAcknowledgement) {
    network.lose_where(World::is_acknowledgement);
    mobile_node.attach(care_of_a);
    network.run_for(100ms);
    EXPECT_NE(home_agent.binding(test::home), nullptr);
    EXPECT_EQ(mobile_node.state(), State::registering);
    network.lose_where(nullptr);
    network.run_for(1500ms);
    world.expect_agreement();
}

TEST_F(Simulation, RefreshesByHandshakeAt80PercentOfTheLifetime) {
    mobile_node.attach(care_of_a);
    network.run_for(480s - 1ns);
    EXPECT_EQ(world.recorded_updates(), 1U);
    const auto session = home_agent.tunnels().directed.at(test::home).session;
    network.run_for(1s);
    EXPECT_EQ(world.recorded_updates(), 2U);
    EXPECT_NE(home_agent.tunnels().directed.at(test::home).session, session);
    world.expect_agreement();
    EXPECT_EQ(home_agent.tunnels().admitted.size(), 2U) << "the one before still opens";
    network.run_for(30s);
    EXPECT_EQ(home_agent.tunnels().admitted.size(), 1U);
    EXPECT_EQ(mobile_node.tunnels().admitted.size(), 1U);
}

TEST_F(Simulation, GoesOnSealingWithTheSessionBeforeWhenARefreshIsNotAcknowledged) {
    mobile_node.attach(care_of_a);
    network.run_for(479s);
    network.lose_where(World::is_acknowledgement);
    network.run_for(2s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    world.expect_agreement();
    network.lose_where(nullptr);
    network.run_for(5s);
    world.expect_agreement();
}

TEST_F(Simulation, ForgetsABindingWhoseMobileNodeIsSilent) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    const mobility::Instant expires = home_agent.binding(test::home)->expires;
    mobile_node.detach();
    network.run_until(expires - 1ns);
    EXPECT_NE(home_agent.binding(test::home), nullptr);
    network.run_until(expires);
    EXPECT_EQ(home_agent.binding(test::home), nullptr);
    EXPECT_TRUE(home_agent.tunnels().directed.empty());
    EXPECT_TRUE(home_agent.tunnels().admitted.empty());
    EXPECT_TRUE(mobile_node.tunnels().admitted.empty());
    EXPECT_EQ(home_agent.count<mobility::BindingExpired>(), 1U);
}

TEST_F(Simulation, MobileNodeThatRestartsIsToldTheLastSequenceNumber) {  // RFC 6275 §9.5.1, 135
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    for (int life = 0; life < 20; ++life) {
        mobile_node.restart();
        network.run_for(200ms + 1s);
        world.expect_agreement();
    }
    EXPECT_GT(home_agent.count<mobility::BindingRefused>(), 0U);
}

TEST_F(Simulation, HomeAgentThatRestartsAsksItsMobileNodesToRegister) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    home_agent.restart();
    EXPECT_EQ(home_agent.binding(test::home), nullptr);
    network.run_for(60ms);  // request, binding update, acknowledgement
    world.expect_agreement();
}

TEST_F(Simulation, HomeAgentThatRestartsAsksAgainWhenTheRequestIsLost) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    network.conditions.loss = 1;
    home_agent.restart();
    network.run_for(1s - 1ns);
    network.conditions.loss = 0;
    network.run_for(61ms);
    world.expect_agreement();
}

TEST_F(Simulation, HomeAgentWithoutTheSessionHintsAtOnceToABindingUpdateOfTheSession) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    network.conditions.loss = 1;
    home_agent.restart();
    network.run_for(100s);
    network.conditions.loss = 0;
    EXPECT_EQ(mobile_node.state(), State::registered) << "it has not noticed yet";
    mobile_node.attach(care_of_b);
    network.run_for(80ms);  // binding update, hint, handshake, acknowledgement
    world.expect_agreement();
}

TEST_F(Simulation, ASessionWhosePacketNumbersRunOutHasASuccessor) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    const auto ours = mobile_node.tunnels().directed.at(test::home).session;
    mobile_node.perform(mobile_node.core().on_rekey_due(network.now(), *ours));
    network.run_for(100ms);
    world.expect_agreement();
    EXPECT_NE(mobile_node.tunnels().directed.at(test::home).session, ours);
    const auto theirs = home_agent.tunnels().directed.at(test::home).session;
    network.run_for(2s);
    home_agent.perform(home_agent.core().on_rekey_due(network.now(), *theirs));
    network.run_for(100ms);
    world.expect_agreement();
    EXPECT_NE(home_agent.tunnels().directed.at(test::home).session, theirs);
}

TEST_F(Simulation, AMobileNodeStoppingGivesItsBindingUp) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.perform(mobile_node.core().on_stop(network.now()));
    network.run_for(20ms);
    EXPECT_EQ(home_agent.binding(test::home), nullptr);
}

TEST(PlainProtection, SealsTheSignallingAlone) {
    World world(1, mobility::Protection::plain);
    world.mobile_node.attach(care_of_a);
    world.network.run_for(50ms);
    ASSERT_EQ(world.mobile_node.state(), State::registered);
    EXPECT_FALSE(world.home_agent.tunnels().directed.at(test::home).session);
    EXPECT_FALSE(world.mobile_node.tunnels().directed.at(test::home).session);
    world.mobile_node.attach(care_of_b);
    world.network.run_for(50ms);
    EXPECT_EQ(world.home_agent.binding(test::home)->care_of, care_of_b);
    EXPECT_EQ(world.home_agent.tunnels().directed.at(test::home).path.remote, care_of_b.address);
    world.network.run_for(1h);
    EXPECT_EQ(world.mobile_node.state(), State::registered);
}

}  // namespace
}  // namespace godwit::simulation
