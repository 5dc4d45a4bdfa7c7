#include <optional>

#include "shared/security/handshake_option.hpp"
#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;

// With the checksum made right again, so that only the proof is wrong; and mac1, too, where its
// place is told: whoever knows the home agent's public key can write it.
wire::Bytes forged_well(wire::Bytes packet, const security::PublicKey& home_agent = {},
                        const std::optional<security::HandshakeOption>& option = std::nullopt) {
    auto parsed = wire::SignallingPacket::parse(packet);
    if (!parsed) {
        return packet;
    }
    wire::Bytes& header = parsed->mobility_header;
    if (option && option->noise.offset + option->noise.length <= header.size()) {
        security::Mac1Key(home_agent).write(header, *option);
    }
    wire::write_checksum(header, parsed->pseudo_header());
    return parsed->serialize();
}

bool is_within(const security::Stretch& stretch, std::size_t octet) {
    return octet >= stretch.offset && octet < stretch.offset + stretch.length;
}

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
    constexpr std::size_t header = 64;  // octets, in front of the Mobility Header
    const auto option = security::find_handshake_option(wire::BytesView(update).subspan(header),
                                                        security::HandshakeOptionKind::initiation)
                            .value();
    constexpr security::Stretch padding{.offset = 42, .length = 4};
    constexpr security::Stretch checksum{.offset = header + 4, .length = 2};
    const security::Stretch mac1{.offset = header + option.mac1.offset, .length = 16};
    const security::Stretch mac2{.offset = header + option.mac2.offset, .length = 16};
    // All behind the addresses: a forged source is told below, and what goes to somebody else does
    // not arrive. The padding in front of the Home Address option means nothing, and mac2 only
    // counts under load.
    for (std::size_t octet = 40; octet < update.size(); ++octet) {
        if (is_within(padding, octet) || is_within(mac2, octet)) {
            continue;
        }
        for (unsigned bit = 0; bit < 8; ++bit) {
            wire::Bytes forged = update;
            forged[octet] = static_cast<std::uint8_t>(forged[octet] ^ (1U << bit));
            home_agent.receive(is_within(checksum, octet) ? forged : forged_well(forged));
            if (!is_within(checksum, octet) && !is_within(mac1, octet)) {
                home_agent.receive(forged_well(forged, home_agent.public_key(), option));
            }
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
        const bool is_checksum = octet == header + 4 || octet == header + 5;
        mobile_node.receive(is_checksum ? forged : forged_well(forged));
        ASSERT_EQ(mobile_node.state(), State::registering) << octet;
    }
    mobile_node.receive(acknowledgement);
    EXPECT_EQ(mobile_node.state(), State::registered);
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
    EXPECT_GE(world.recorded_updates() - before, 9U);
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

TEST_F(Simulation, NothingEverRecordedDoesAnythingOnceTheHomeAgentHasRestarted) {
    std::vector<wire::Bytes> everything;  // what is sealed, too
    network.watch([&](const wire::Bytes& packet) { everything.push_back(packet); });
    const auto talk = [&] {
        for (int packet = 0; packet < 5; ++packet) {
            (void)mobile_node.send_data(test::home);
            (void)home_agent.send_data(test::home);
        }
        network.run_for(1s);
    };
    mobile_node.attach(care_of_a);
    network.run_for(490s);  // a refresh, too
    talk();
    mobile_node.attach(care_of_b);
    network.run_for(1s);
    talk();
    home_agent.restart();
    network.run_for(5s);
    talk();
    world.expect_agreement();
    const auto delivered = [&] {
        return std::pair(home_agent.delivered().size(), mobile_node.delivered().size());
    };
    const auto delivered_before = delivered();
    ASSERT_EQ(delivered_before, std::pair(std::size_t{15}, std::size_t{15}));
    const std::vector<wire::Bytes> recorded = everything;
    for (const wire::Bytes& packet : recorded) {
        home_agent.receive(packet);
        mobile_node.receive(packet);
    }
    network.run_for(1s);
    EXPECT_EQ(delivered(), delivered_before);
    ASSERT_NE(home_agent.binding(test::home), nullptr);
    EXPECT_EQ(home_agent.binding(test::home)->care_of, care_of_b);
    EXPECT_EQ(home_agent.tunnels().directed.at(test::home).path.remote, care_of_b.address);
    world.expect_agreement();  // a hint of before may have made the mobile node ask once more
    talk();
    EXPECT_EQ(delivered(), std::pair(std::size_t{20}, std::size_t{20}));
}

// RFC 6275 §6.1.9, §11.3.6: what a home agent or a correspondent may say without proof.
TEST_F(Simulation, AFloodOfBindingErrorsCostsOneHandshakeASecond) {
    mobile_node.attach(care_of_a);
    network.run_for(10s);
    const std::size_t before = world.recorded_updates();
    for (int forged = 0; forged < 1000; ++forged) {
        for (const wire::Ipv6Address& source : {test::home_agent.address, test::correspondent}) {
            const wire::SignallingPacket error{
                .source = source,
                .destination = care_of_a.address,
                .mobility_header = wire::serialize_mobility_header(
                    wire::BindingError{
                        .status = forged % 2 == 0
                                      ? wire::BindingErrorStatus::unknown_binding
                                      : wire::BindingErrorStatus::unrecognized_message_type,
                        .home = test::home},
                    {source, care_of_a.address})};
            mobile_node.receive(error.serialize());
        }
        network.run_for(10ms);
    }
    EXPECT_LE(world.recorded_updates() - before, 11U);
    EXPECT_GE(world.recorded_updates() - before, 9U);
    EXPECT_EQ(mobile_node.state(), State::registered);
    world.expect_agreement();
}

TEST_F(Simulation, ABareAcknowledgementMakesNoTunnelOutOfASealedOne) {
    network.lose_where(World::is_acknowledgement);
    mobile_node.attach(care_of_a);
    network.run_for(30ms);
    const auto asked = wire::SignallingPacket::parse(world.recorded.front());
    const auto sequence = static_cast<std::uint16_t>((asked->mobility_header.at(6) << 8U) |
                                                     asked->mobility_header.at(7));
    for (std::uint16_t ahead = 0; ahead < 10; ++ahead) {
        const wire::SignallingPacket forged{
            .source = test::home_agent.address,
            .destination = care_of_a.address,
            .routing_header = test::home,
            .mobility_header = wire::serialize_mobility_header(
                wire::BindingAcknowledgement{
                    .sequence = wire::SequenceNumber(static_cast<std::uint16_t>(sequence + ahead)),
                    .lifetime = wire::Lifetime(150),
                    .options = {}},
                {test::home_agent.address, test::home.address})};
        mobile_node.receive(forged.serialize());
        ASSERT_EQ(mobile_node.state(), State::registering);
        ASSERT_TRUE(mobile_node.tunnels().directed.empty());
    }
}

// Whose network lets no native packet through has the mobile node come by UDP: sealed as before.
TEST_F(Simulation, WhoBlocksNativePacketsGetsTheSameSealInUdp) {
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        return !frame || frame->path.encapsulation != mobility::Encapsulation::udp;
    });
    mobile_node.attach_to({care_of_a}, {test::home_agent.address});
    network.run_for(10s);
    ASSERT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(mobile_node.tunnels().directed.at(test::home).path.encapsulation,
              mobility::Encapsulation::udp);
    world.expect_agreement();  // each end has keys that the other has too
}

// Who answers falsely when the home agent's name is looked up is asked, like any other.
TEST_F(Simulation, AFalseAnswerForTheHomeAgentsNameGetsQuestionsAndNoMore) {
    const auto liar = test::ip("2001:db8:bad::1");
    std::size_t heard = 0;
    std::size_t sealed = 0;
    network.attach(liar, "liar", [&](const wire::Bytes& packet) {
        ++heard;
        sealed += Frame::is_clear(packet) ? 0U : 1U;
    });
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        return !frame || frame->path.encapsulation != mobility::Encapsulation::udp;
    });
    mobile_node.attach_to({care_of_a}, {liar});
    (void)mobile_node.send_data(test::home);
    network.run_for(10s);
    EXPECT_EQ(mobile_node.state(), State::registering);
    EXPECT_EQ(world.home_agent_state(), "no binding");
    EXPECT_GT(heard, 0U);
    EXPECT_EQ(sealed, 0U);
    mobile_node.attach_to({care_of_a}, {liar, test::home_agent.address});
    network.run_for(40s);
    ASSERT_EQ(mobile_node.state(), State::registered);
    // He may be asked on, by heartbeats that he cannot read; the tunnel leads to the home agent.
    EXPECT_EQ(mobile_node.tunnels().directed.at(test::home).path.remote, test::home_agent.address);
    world.expect_agreement();
}

// RFC 6275 §11.5.5: whoever advertises the home prefix makes a home link; but who is at home is for
// the home agent to say.
TEST_F(Simulation, AFalseHomeLinkIsNoHomeAndGetsNothing) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    network.lose_where([](const wire::Bytes&) { return true; });  // it leads nowhere
    std::size_t sent = 0;
    network.watch([&](const wire::Bytes& packet) { sent += Frame::is_clear(packet) ? 0U : 1U; });
    mobile_node.attach_home();
    (void)mobile_node.send_data(test::home);
    network.run_for(10s);
    EXPECT_NE(mobile_node.state(), State::home);
    EXPECT_EQ(sent, 0U);
    EXPECT_NE(world.home_agent_state(), "no binding");
    network.lose_where({});
    mobile_node.attach(care_of_a);
    network.run_for(2s);
    world.expect_agreement();
}

}  // namespace
}  // namespace godwit::simulation
