#include "shared/datapath/outbound_tunnels.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "shared/datapath/inbound_tunnels.hpp"
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
        return mobile_node.encapsulate(test::noon, *buffer);
    }

    const wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    OutboundTunnels mobile_node{LookUpBy::inner_source, test::home_agent};
    std::unique_ptr<PacketBuffer> buffer = std::make_unique<PacketBuffer>();
};

TEST_F(OutboundTunnelsTest, DropsWhatHasNoTunnel) {
    EXPECT_EQ(send(uplink).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, FindsTheMobileNodesTunnelByTheInnerSource) {
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    EXPECT_TRUE(send(uplink));
    EXPECT_EQ(send(test::inner_packet(correspondent, home.address)).error(),
              DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, FindsTheHomeAgentsTunnelByTheInnerDestination) {
    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::to_a));
    test::put(*buffer, test::inner_packet(correspondent, home.address));
    EXPECT_TRUE(agent.encapsulate(test::noon, *buffer));
    test::put(*buffer, uplink);
    EXPECT_EQ(agent.encapsulate(test::noon, *buffer).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, LetsNobodyElseSpeakForThisEnd) {
    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::to_a));
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    const auto message = [](const wire::Ipv6Address& from, const wire::Ipv6Address& to) {
        wire::Bytes packet = test::inner_packet(from, to);
        packet.at(6) = std::uint8_t{135};  // Next Header: a Mobility Header
        return packet;
    };
    test::put(*buffer, message(test::home_agent.address, home.address));
    EXPECT_EQ(agent.encapsulate(test::noon, *buffer).error(), DropReason::not_tunnelled);
    EXPECT_EQ(send(message(home.address, test::home_agent.address)).error(),
              DropReason::not_tunnelled);
    EXPECT_TRUE(send(message(home.address, correspondent))) << "between others it is theirs";
}

TEST_F(OutboundTunnelsTest, LeavesPlainPacketsAsTheyAre) {  // RFC 2473 §3.1
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    const auto outgoing = send(uplink);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->next_header, wire::NextHeader::ipv6);
    EXPECT_EQ(outgoing->tunnel->path, test::from_a);
    EXPECT_EQ(wire::Bytes(outgoing->bytes.begin(), outgoing->bytes.end()), uplink);
    EXPECT_EQ(outgoing->inner_size, uplink.size());
}

TEST_F(OutboundTunnelsTest, SealsForTheOtherEnd) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
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
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    const auto outgoing = send(test::inner_packet(home.address, correspondent, max_inner_packet));
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->bytes.size(), security::esp_length(max_inner_packet));
}

TEST_F(OutboundTunnelsTest, TakesAnotherPathWithTheSameSequenceNumbers) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_TRUE(send(uplink));
    mobile_node.move(test::noon, home, test::from_b);
    const auto outgoing = send(uplink);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->tunnel->path, test::from_b);
    EXPECT_EQ(wire::EspHeader::parse(outgoing->bytes)->sequence, 2U);
}

TEST_F(OutboundTunnelsTest, SealsByTheNewSessionFromRekeyingOn) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys(1)));
    const auto replaced =
        mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys(2)));
    ASSERT_NE(replaced, nullptr);
    EXPECT_EQ(replaced->seal->session, test::session_of(test::mobile_node_keys(1)));
    EXPECT_EQ(wire::EspHeader::parse(send(uplink)->bytes)->spi,
              test::mobile_node_keys(2).outbound_spi);
}

TEST_F(OutboundTunnelsTest, SendsNothingOnceClosed) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_NE(mobile_node.close(home), nullptr);
    EXPECT_EQ(send(uplink).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, MakesADummyPacketOfNextHeader59) {  // RFC 4303 §2.6
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
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
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    EXPECT_EQ(mobile_node.dummy(home, *buffer).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, WantsRekeyingHalfWayThroughTheSequenceNumbers) {
    constexpr std::uint32_t half = std::uint32_t{1} << 31U;
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys(), half - 2));
    EXPECT_FALSE(send(uplink)->tunnel->seal->rekey_due());
    EXPECT_TRUE(send(uplink)->tunnel->seal->rekey_due());
}

TEST_F(OutboundTunnelsTest, StopsWhenTheSequenceNumbersAreUsedUp) {  // RFC 4303 §3.3.3
    constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys(), last - 1));
    EXPECT_TRUE(send(uplink));
    EXPECT_EQ(send(uplink).error(), DropReason::exhausted);
}

TEST_F(OutboundTunnelsTest, DropsWhatIsNoPacketForATunnel) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_EQ(send(wire::Bytes(20, 0x55)).error(), DropReason::not_ip);
    EXPECT_EQ(send(wire::BytesView(uplink).first(50)).error(), DropReason::malformed);
    EXPECT_EQ(send(test::inner_packet(home.address, test::ip("ff02::1"))).error(),
              DropReason::not_tunnelled);
}

TEST_F(OutboundTunnelsTest, SendsNothingWhileItIsHeldAndThenWhatHasWaitedFirst) {
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_FALSE(send(uplink)->is_waiting);
    mobile_node.hold(home);
    EXPECT_TRUE(send(uplink)->is_waiting);
    EXPECT_FALSE(mobile_node.next_resent(test::noon));
    EXPECT_EQ(mobile_node.dummy(home, *buffer).error(), DropReason::held);
    mobile_node.move(test::noon, home, test::from_b);
    EXPECT_TRUE(send(uplink)->is_waiting) << "it would overtake the one before";
    for (const std::uint32_t sequence : {2U, 3U}) {
        const auto waited = mobile_node.next_resent(test::noon);
        ASSERT_TRUE(waited);
        EXPECT_EQ(wire::EspHeader::parse(waited->bytes)->sequence, sequence);
        EXPECT_EQ(waited->tunnel->path, test::from_b);
        EXPECT_TRUE(waited->is_traffic);
        EXPECT_EQ(waited->inner_size, uplink.size());
    }
    EXPECT_FALSE(mobile_node.next_resent(test::noon));
    EXPECT_EQ(wire::EspHeader::parse(send(uplink)->bytes)->sequence, 4U);
}

TEST_F(OutboundTunnelsTest, HasNothingWaitWhoseNumberNobodyCouldTell) {
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    mobile_node.hold(home);
    EXPECT_EQ(send(uplink).error(), DropReason::held);
}

TEST_F(OutboundTunnelsTest, SendsAgainWhatTheOtherEndHasNotReceived) {
    const auto keys = test::mobile_node_keys();
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, keys));
    const auto first = send(uplink)->bytes;
    const wire::Bytes lost(first.begin(), first.end());
    mobile_node.move(test::noon, home, test::from_b);
    mobile_node.resend(test::noon, home, {{.spi = keys.outbound_spi, .highest = 0, .gaps = {}}});
    const auto again = mobile_node.next_resent(test::noon);
    ASSERT_TRUE(again);
    EXPECT_EQ(wire::Bytes(again->bytes.begin(), again->bytes.end()), lost) << "byte for byte";
    EXPECT_FALSE(again->is_traffic) << "it was counted when it was sent first";
    EXPECT_FALSE(mobile_node.next_resent(test::noon));
    EXPECT_EQ(mobile_node.take_outcome()->outcome.resent, 1U);
}

TEST_F(OutboundTunnelsTest, SendsAgainUnderTheOldSessionWhatWasSealedByIt) {
    const auto before = test::mobile_node_keys(1);
    const auto after = test::mobile_node_keys(2);
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, before));
    EXPECT_TRUE(send(uplink));
    mobile_node.direct(test::noon, sealed_tunnel(test::from_b, after));
    mobile_node.resend(test::noon, home, {{.spi = before.outbound_spi, .highest = 0, .gaps = {}}});
    const auto again = mobile_node.next_resent(test::noon);
    ASSERT_TRUE(again);
    EXPECT_EQ(wire::EspHeader::parse(again->bytes)->spi, before.outbound_spi);
    EXPECT_EQ(again->tunnel->path, test::from_b);
}

TEST_F(OutboundTunnelsTest, SendsAgainInFragmentsWhatTheNewPathDoesNotTakeWhole) {
    const auto keys = test::mobile_node_keys();
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, keys));
    EXPECT_TRUE(send(test::inner_packet(home.address, correspondent, 1400)));
    mobile_node.move(test::noon, home, test::from_b);
    mobile_node.fit(home, mobility::TunnelMtu::of(1280));
    mobile_node.resend(test::noon, home, {{.spi = keys.outbound_spi, .highest = 0, .gaps = {}}});
    EXPECT_NE(mobile_node.next_resent(test::noon)->longest, 0U);
}

TEST_F(OutboundTunnelsTest, TellsAtOnceWhatAMoveHasCostWhenNothingOfItIsKeptAnyMore) {
    const auto keys = test::mobile_node_keys();
    OutboundTunnels tunnels(LookUpBy::inner_source, test::home_agent,
                            {.all = ResendBlock::capacity});
    const wire::HomeAddress other{test::ip("2001:db8:f::a")};
    tunnels.direct(test::noon, sealed_tunnel(test::from_a, keys));
    tunnels.direct(test::noon, std::make_unique<OutboundTunnel>(
                                   other, test::from_a, seal_of(test::mobile_node_keys(2))));
    for (const wire::HomeAddress& sender : {home, other}) {
        test::put(*buffer, test::inner_packet(sender.address, correspondent));
        EXPECT_TRUE(tunnels.encapsulate(test::noon, *buffer));
    }
    tunnels.move(test::noon, home, test::from_b);
    tunnels.resend(test::noon, home, {{.spi = keys.outbound_spi, .highest = 0, .gaps = {}}});
    EXPECT_FALSE(tunnels.next_deadline()) << "there is nothing to send";
    const auto told = tunnels.take_outcome();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->home, home);
    EXPECT_EQ(told->outcome.lost, 1U) << "it had gone to make room for the other's";
    EXPECT_FALSE(tunnels.take_outcome());
}

TEST_F(OutboundTunnelsTest, KeepsNothingWhereNothingIsToBeKept) {
    OutboundTunnels forgetful(LookUpBy::inner_source, test::home_agent, {.each = 0});
    forgetful.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    test::put(*buffer, uplink);
    EXPECT_FALSE(forgetful.encapsulate(test::noon, *buffer)->is_waiting);
    EXPECT_FALSE(forgetful.next_deadline());
}

TEST_F(OutboundTunnelsTest, SendsAKeepaliveForAPlainTunnelOverUdp) {  // RFC 3948 §2.3
    mobile_node.direct(test::noon,
                       std::make_unique<OutboundTunnel>(
                           home, mobility::Path{.encapsulation = mobility::Encapsulation::udp}));
    const auto outgoing = mobile_node.dummy(home, *buffer);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(wire::Bytes(outgoing->bytes.begin(), outgoing->bytes.end()), wire::Bytes{0xff});
    EXPECT_FALSE(outgoing->is_traffic);
}

TEST_F(OutboundTunnelsTest, FindsTheTunnelOfAnIpv4AddressBesideTheHomeAddress) {
    const auto own = test::ipv4_packet("192.0.2.9", "192.0.2.1");
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    EXPECT_EQ(send(own).error(), DropReason::no_binding);
    mobile_node.carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4("192.0.2.9"), home));
    const auto outgoing = send(own);
    ASSERT_TRUE(outgoing);
    wire::Bytes wire_bytes(outgoing->bytes.begin(), outgoing->bytes.end());
    EXPECT_EQ(security::EspOpener(test::home_agent_keys()).open(wire_bytes)->next_header,
              wire::NextHeader::ipv4);
    EXPECT_NE(mobile_node.end_ipv4(home, test::ipv4("192.0.2.9")), nullptr);
    EXPECT_EQ(send(own).error(), DropReason::no_binding);
}

TEST_F(OutboundTunnelsTest, LeavesPlainIpv4AsItIs) {  // RFC 2473 §3.1
    const auto own = test::ipv4_packet("192.0.2.9", "192.0.2.1");
    mobile_node.direct(test::noon, std::make_unique<OutboundTunnel>(home, test::from_a));
    mobile_node.carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4("192.0.2.9"), home));
    EXPECT_EQ(send(own)->next_header, wire::NextHeader::ipv4);
}

TEST_F(OutboundTunnelsTest, MakesMessagesEvenWhileItIsHeld) {
    const auto packet = test::message_packet(home.address, test::home_agent.address);
    EXPECT_EQ(mobile_node.message(home, packet, 0, *buffer).error(), DropReason::no_binding);
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    mobile_node.hold(home);
    const auto outgoing = mobile_node.message(home, packet, 0, *buffer);
    ASSERT_TRUE(outgoing);
    EXPECT_FALSE(outgoing->is_traffic);
    EXPECT_FALSE(outgoing->is_probe);
    wire::Bytes wire_bytes(outgoing->bytes.begin(), outgoing->bytes.end());
    const auto opened = security::EspOpener(test::home_agent_keys()).open(wire_bytes);
    EXPECT_EQ(wire::Bytes(opened->inner.begin(), opened->inner.end()), packet);
}

TEST_F(OutboundTunnelsTest, PadsProbesBehindTheirInnerPacket) {  // RFC 4303 §2.7
    const auto packet = test::message_packet(home.address, test::home_agent.address);
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
    mobile_node.fit(home, mobility::TunnelMtu::of(1280));
    const auto outgoing = mobile_node.message(home, packet, 1400, *buffer);
    ASSERT_TRUE(outgoing);
    EXPECT_TRUE(outgoing->is_probe);
    EXPECT_EQ(outgoing->bytes.size(), security::esp_length(1400));
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.admit(std::make_unique<SealedTunnel>(home, security::EspOpener(test::home_agent_keys())));
    wire::Bytes wire_bytes(outgoing->bytes.begin(), outgoing->bytes.end());
    const auto incoming = agent.decapsulate(test::to_a, wire::NextHeader::esp, wire_bytes);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(wire::Bytes(incoming->inner.begin(), incoming->inner.end()), packet);
    EXPECT_EQ(mobile_node.message(home, packet, max_inner_packet + 1, *buffer).error(),
              DropReason::too_big);
}

class FittedTunnelTest : public OutboundTunnelsTest {
  protected:
    FittedTunnelTest() {
        mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys()));
        mobile_node.carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4("192.0.2.9"), home));
    }
    wire::Bytes uplink_of(std::size_t size) {
        return test::inner_packet(home.address, correspondent, size);
    }
};

TEST_F(FittedTunnelTest, RefusesIpv6ThatIsLongerThanItTakes) {
    mobile_node.fit(home, mobility::TunnelMtu::of(1400));
    EXPECT_EQ(send(uplink_of(1400))->longest, 0U);
    EXPECT_EQ(send(uplink_of(1401)).error(), DropReason::too_big);
    const auto reply = mobile_node.answer_too_big(test::noon, *buffer);
    ASSERT_TRUE(reply);
    EXPECT_EQ(wire::Ipv6Header::parse(*reply)->destination, home.address);
}

TEST_F(FittedTunnelTest, SendsWhatThePathDoesNotTakeWholeInFragments) {  // RFC 2473 §7.2
    mobile_node.fit(home, mobility::TunnelMtu::of(1000));
    EXPECT_EQ(send(uplink_of(1000))->longest, 0U);
    EXPECT_EQ(send(uplink_of(1001))->longest, mobility::TunnelOverhead{}.outer(1000));
    EXPECT_EQ(send(uplink_of(1281)).error(), DropReason::too_big);
}

TEST_F(FittedTunnelTest, SendsIpv4InFragmentsOfTheOuterPacketUnlessDfIsSet) {
    mobile_node.fit(home, mobility::TunnelMtu::of(1400));
    auto packet = test::ipv4_packet("192.0.2.9", "192.0.2.1", 1401);
    EXPECT_EQ(send(packet)->longest, mobility::TunnelOverhead{}.outer(1400));
    packet[6] |= 0x40U;
    EXPECT_EQ(send(packet).error(), DropReason::too_big);
    EXPECT_TRUE(mobile_node.answer_too_big(test::noon, *buffer));
}

TEST_F(FittedTunnelTest, GoesOnWatchingWhenRekeyed) {
    mobile_node.watch(home, mobility::WatchTraffic::What::large_sent);
    mobile_node.direct(test::noon, sealed_tunnel(test::from_a, test::mobile_node_keys(2)));
    EXPECT_TRUE(mobile_node.find(home)->watch.large_sent);
    EXPECT_FALSE(mobile_node.find(home)->watch.any_sent);
}

}  // namespace
}  // namespace godwit::datapath
