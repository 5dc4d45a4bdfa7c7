#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;

TEST_F(Simulation, ALateBindingUpdateAfterDeregistrationMakesNoBinding) {  // RFC 6275 §10.3.2
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    const wire::Bytes late = world.recorded.at(world.recorded.size() - 2);
    ASSERT_TRUE(World::is_update(late));
    mobile_node.attach_home();
    network.run_for(1s);
    home_agent.receive(late);
    ASSERT_TRUE(World::is_acknowledgement(world.recorded.back()));
    const auto answer = wire::SignallingPacket::parse(world.recorded.back());
    EXPECT_EQ(answer->mobility_header.at(6), 135);
    EXPECT_EQ(world.home_agent_state(), "no binding");
    network.run_for(20s);  // the entry, and with it the session, is gone
    home_agent.receive(late);
    network.run_for(1s);
    EXPECT_EQ(world.home_agent_state(), "no binding");
    EXPECT_EQ(mobile_node.state(), State::home);
}

TEST_F(Simulation, NothingEverRecordedMovesABindingWhenItIsReplayed) {
    mobile_node.attach(care_of_a);
    network.run_for(490s);  // a refresh, too
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    mobile_node.attach_home();
    network.run_for(30s);
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    const std::string before = world.home_agent_state();
    const std::vector<wire::Bytes> recorded = world.recorded;
    for (const wire::Bytes& packet : recorded) {
        home_agent.receive(packet);
        mobile_node.receive(packet);
    }
    network.run_for(1s);
    EXPECT_EQ(world.home_agent_state(), before);
    world.expect_agreement();
}

TEST_F(Simulation, NothingEverRecordedMovesABindingAfterARestartOfTheHomeAgent) {  // §15.3
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    mobile_node.detach();
    home_agent.restart();
    const std::vector<wire::Bytes> recorded = world.recorded;
    for (const wire::Bytes& packet : recorded) {
        home_agent.receive(packet);
    }
    network.run_for(1s);
    EXPECT_EQ(world.home_agent_state(), "no binding");
    mobile_node.attach(care_of_b);
    network.run_for(3s);
    world.expect_agreement();
}

TEST_F(Simulation, AChangedBitAnywhereInABindingUpdateMakesItNothing) {
    network.lose_where([](const wire::Bytes&) { return true; });
    mobile_node.attach(care_of_a);
    const wire::Bytes update = world.recorded.back();
    // All behind the source address, whose forgery is told below, but for the padding in front of
    // the Home Address option, which means nothing.
    for (std::size_t octet = 24; octet < update.size(); ++octet) {
        if (octet >= 42 && octet < 46) {
            continue;
        }
        for (unsigned bit = 0; bit < 8; ++bit) {
            wire::Bytes forged = update;
            forged[octet] = static_cast<std::uint8_t>(forged[octet] ^ (1U << bit));
            home_agent.receive(forged);
            ASSERT_EQ(world.home_agent_state(), "no binding") << octet << "." << bit;
        }
    }
    EXPECT_EQ(world.recorded.size(), 1U) << "and nobody is answered";
    home_agent.receive(update);
    EXPECT_NE(world.home_agent_state(), "no binding");
}

TEST_F(Simulation, AForgedSourceAddressDivertsNoTunnel) {
    network.lose_where([](const wire::Bytes&) { return true; });
    mobile_node.attach(care_of_a);
    wire::Bytes forged = world.recorded.back();
    forged[15] ^= 0xffU;
    home_agent.receive(forged);
    EXPECT_EQ(home_agent.tunnels().directed.at(test::home).path.remote, care_of_a.address);
}

TEST_F(Simulation, AChangedBitAnywhereInAnAcknowledgementMakesItNothing) {
    network.lose_where(World::is_acknowledgement);
    mobile_node.attach(care_of_a);
    network.run_for(30ms);
    const wire::Bytes acknowledgement = world.recorded.back();
    ASSERT_TRUE(World::is_acknowledgement(acknowledgement));
    const auto parsed = wire::SignallingPacket::parse(acknowledgement);
    const std::size_t header = acknowledgement.size() - parsed->mobility_header.size();
    for (std::size_t octet = header; octet < acknowledgement.size(); ++octet) {
        wire::Bytes forged = acknowledgement;
        forged[octet] ^= 0x10U;
        mobile_node.receive(forged);
        ASSERT_EQ(mobile_node.state(), State::registering) << octet;
    }
}

TEST_F(Simulation, AFloodOfRefreshRequestsCostsOneHandshakeASecond) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    const std::size_t before = world.recorded_updates();
    const wire::SignallingPacket request{
        .source = test::home_agent.address,
        .destination = care_of_a.address,
        .mobility_header = wire::serialize_mobility_header(
            wire::BindingRefreshRequest{}, {test::home_agent.address, care_of_a.address})};
    const wire::Bytes packet = request.serialize();
    for (int forged = 0; forged < 1000; ++forged) {
        mobile_node.receive(packet);
        network.run_for(10ms);
    }
    EXPECT_LE(world.recorded_updates() - before, 11U);
    world.expect_agreement();
}

TEST_F(Simulation, AKeyBindsOnlyItsOwnHomeAddress) {  // RFC 6275 §5.1
    const auto other = security::KeyPair::generate();
    SimulatedHomeAgent strangers_home(
        network,
        {.address = {test::ip("2001:db8:f::2")},
         .home_prefix = test::home_prefix,
         .mobile_nodes = {{"one", {test::ip("2001:db8:f::8")}}, {"two", test::home}}},
        {other.public_key(), security::KeyPair::generate().public_key()});
    SimulatedMobileNode thief(network, strangers_home,
                              {.home = test::home, .home_agent = {test::ip("2001:db8:f::2")}},
                              security::KeyPair(security::make_secret(other.private_key())));
    thief.attach(care_of_b);
    network.run_for(5s);
    EXPECT_EQ(thief.state(), State::registering);
    EXPECT_EQ(strangers_home.binding(test::home), nullptr);
    EXPECT_GT(strangers_home.count<mobility::MessageDropped>(), 0U);
}

}  // namespace
}  // namespace godwit::simulation
