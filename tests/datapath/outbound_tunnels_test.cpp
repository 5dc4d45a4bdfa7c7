#include "shared/datapath/outbound_tunnels.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;

OutboundSeal seal_of(const security::TunnelKeys& keys, std::uint32_t last_sequence = 0) {
    return {.session = test::session_of(keys),
            .sealer = security::EspSealer(keys, security::EspSequence(last_sequence))};
}

std::unique_ptr<OutboundTunnel> sealed_tunnel(const mobility::Path& path,
                                              const security::TunnelKeys& keys,
                                              std::uint32_t last_sequence = 0) {
    return std::make_unique<OutboundTunnel>(home, path, seal_of(keys, last_sequence));
}

class OutboundTunnelsTest : public testing::Test {
  protected:
    std::expected<Outgoing, DropReason> send(wire::BytesView packet) {
        test::put(*buffer, packet);
        return mobile_node.encapsulate(*buffer);
    }

    const wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    OutboundTunnels mobile_node{LookUpBy::inner_source};
    std::unique_ptr<PacketBuffer> buffer = std::make_unique<PacketBuffer>();
};

TEST_F(OutboundTunnelsTest, DropsWhatHasNoTunnel) {
    EXPECT_EQ(send(uplink).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, FindsTheMobileNodesTunnelByTheInnerSource) {
    mobile_node.direct(std::make_unique<OutboundTunnel>(home, test::from_a));
    EXPECT_TRUE(send(uplink));
    EXPECT_EQ(send(test::inner_packet(correspondent, home.address)).error(),
              DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, FindsTheHomeAgentsTunnelByTheInnerDestination) {
    OutboundTunnels agent{LookUpBy::inner_destination};
    agent.direct(std::make_unique<OutboundTunnel>(home, test::to_a));
    test::put(*buffer, test::inner_packet(correspondent, home.address));
    EXPECT_TRUE(agent.encapsulate(*buffer));
    test::put(*buffer, uplink);
    EXPECT_EQ(agent.encapsulate(*buffer).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, LeavesPlainPacketsAsTheyAre) {  // RFC 2473 §3.1
    mobile_node.direct(std::make_unique<OutboundTunnel>(home, test::from_a));
    const auto outgoing = send(uplink);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->next_header, wire::NextHeader::ipv6);
    EXPECT_EQ(outgoing->tunnel->path, test::from_a);
    EXPECT_EQ(wire::Bytes(outgoing->bytes.begin(), outgoing->bytes.end()), uplink);
    EXPECT_EQ(outgoing->inner_size, uplink.size());
}

TEST_F(OutboundTunnelsTest, SealsForTheOtherEnd) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    const auto outgoing = send(uplink);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->next_header, wire::NextHeader::esp);
    EXPECT_EQ(outgoing->bytes.size(), security::esp_length(uplink.size()));
    EXPECT_EQ(outgoing->inner_size, uplink.size());

    wire::Bytes wire_bytes(outgoing->bytes.begin(), outgoing->bytes.end());
    const auto opened = security::EspOpener(test::home_agent_keys()).open(wire_bytes);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->next_header, wire::NextHeader::ipv6);
    EXPECT_EQ(wire::Bytes(opened->inner.begin(), opened->inner.end()), uplink);
}

TEST_F(OutboundTunnelsTest, SealsTheLongestPacketThereMayBe) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    const auto outgoing = send(test::inner_packet(home.address, correspondent, max_inner_packet));
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->bytes.size(), security::esp_length(max_inner_packet));
}

TEST_F(OutboundTunnelsTest, TakesAnotherPathWithTheSameSequenceNumbers) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_TRUE(send(uplink));
    mobile_node.move(home, test::from_b);
    const auto outgoing = send(uplink);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->tunnel->path, test::from_b);
    EXPECT_EQ(wire::EspHeader::parse(outgoing->bytes)->sequence, 2U);
}

TEST_F(OutboundTunnelsTest, SealsByTheNewSessionFromRekeyingOn) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys(1)));
    const auto replaced =
        mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys(2)));
    ASSERT_NE(replaced, nullptr);
    EXPECT_EQ(replaced->seal->session, test::session_of(test::mobile_node_keys(1)));
    EXPECT_EQ(wire::EspHeader::parse(send(uplink)->bytes)->spi,
              test::mobile_node_keys(2).outbound_spi);
}

TEST_F(OutboundTunnelsTest, SendsNothingOnceClosed) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_NE(mobile_node.close(home), nullptr);
    EXPECT_EQ(send(uplink).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, MakesADummyPacketOfNextHeader59) {  // RFC 4303 §2.6
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    const auto outgoing = mobile_node.dummy(home, *buffer);
    ASSERT_TRUE(outgoing);
    wire::Bytes wire_bytes(outgoing->bytes.begin(), outgoing->bytes.end());
    const auto opened = security::EspOpener(test::home_agent_keys()).open(wire_bytes);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->next_header, wire::NextHeader::none);
    EXPECT_TRUE(opened->inner.empty());
}

TEST_F(OutboundTunnelsTest, HasNoDummyPacketForAPlainTunnel) {
    EXPECT_EQ(mobile_node.dummy(home, *buffer).error(), DropReason::no_binding);
    mobile_node.direct(std::make_unique<OutboundTunnel>(home, test::from_a));
    EXPECT_EQ(mobile_node.dummy(home, *buffer).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, WantsRekeyingHalfWayThroughTheSequenceNumbers) {
    constexpr std::uint32_t half = std::uint32_t{1} << 31U;
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys(), half - 2));
    EXPECT_FALSE(send(uplink)->tunnel->seal->rekey_due());
    EXPECT_TRUE(send(uplink)->tunnel->seal->rekey_due());
}

TEST_F(OutboundTunnelsTest, StopsWhenTheSequenceNumbersAreUsedUp) {  // RFC 4303 §3.3.3
    constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys(), last - 1));
    EXPECT_TRUE(send(uplink));
    EXPECT_EQ(send(uplink).error(), DropReason::exhausted);
}

TEST_F(OutboundTunnelsTest, DropsWhatIsNoPacketForATunnel) {
    mobile_node.direct(sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_EQ(send(wire::Bytes(20, 0x45)).error(), DropReason::not_ipv6);
    EXPECT_EQ(send(wire::BytesView(uplink).first(50)).error(), DropReason::malformed);
    EXPECT_EQ(send(test::inner_packet(home.address, test::ip("ff02::1"))).error(),
              DropReason::not_tunnelled);
}

}  // namespace
}  // namespace godwit::datapath
