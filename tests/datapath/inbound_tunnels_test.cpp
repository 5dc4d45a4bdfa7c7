#include "shared/datapath/inbound_tunnels.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using wire::NextHeader;

const wire::HomeAddress other_home{test::ip("2001:db8:f::a")};

wire::Bytes copy(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

class Sender {
  public:
    explicit Sender(const security::TunnelKeys& keys) : sealer_(keys) {}

    wire::Bytes seal(wire::BytesView content, NextHeader next_header = NextHeader::ipv6) {
        PacketBuffer buffer;
        test::put(buffer, content);
        return copy(
            *sealer_.seal(buffer.whole(), security::esp_headroom, content.size(), next_header));
    }

  private:
    security::EspSealer sealer_;
};

std::unique_ptr<SealedTunnel> sealed_tunnel(const security::TunnelKeys& keys) {
    return std::make_unique<SealedTunnel>(home, security::EspOpener(keys));
}

class InboundTunnelsTest : public testing::Test {
  protected:
    std::expected<Incoming, DropReason> receive(wire::Bytes& packet) {
        return agent.decapsulate(test::care_of_a.address, NextHeader::esp, packet);
    }
    DropReason refusal_of(wire::Bytes packet) { return receive(packet).error(); }
    bool accepts(wire::Bytes packet) { return receive(packet).has_value(); }

    const wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    InboundTunnels agent{LookUpBy::inner_destination};
    Sender sender{test::mobile_node_keys()};
};

TEST_F(InboundTunnelsTest, OpensWhatTheOtherEndSealed) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto packet = sender.seal(uplink);
    const auto incoming = receive(packet);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(copy(incoming->inner), uplink);
    EXPECT_EQ(incoming->sealed->key(), test::session_of(test::home_agent_keys()));
    EXPECT_EQ(incoming->received, &incoming->sealed->received);
}

TEST_F(InboundTunnelsTest, DoesNotKnowTheSpiOfASessionThatIsNotAdmitted) {
    EXPECT_EQ(refusal_of(sender.seal(uplink)), DropReason::unknown_spi);
}

TEST_F(InboundTunnelsTest, TakesEveryPacketOnce) {  // RFC 4303 §3.4.3
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    const auto packet = sender.seal(uplink);
    EXPECT_TRUE(accepts(packet));
    EXPECT_EQ(refusal_of(packet), DropReason::replayed);
}

TEST_F(InboundTunnelsTest, RefusesWhatWasChangedOnTheWay) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    EXPECT_TRUE(accepts(sender.seal(uplink)));
    const auto packet = sender.seal(uplink);
    for (std::size_t octet = 4; octet < packet.size(); ++octet) {
        auto changed = packet;
        changed[octet] ^= 0x01U;
        EXPECT_EQ(refusal_of(changed), DropReason::bad_tag) << octet;
    }
    EXPECT_TRUE(accepts(packet));
}

TEST_F(InboundTunnelsTest, TellsAReplayBeforeAWrongTag) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto packet = sender.seal(uplink);
    EXPECT_TRUE(accepts(packet));
    packet.back() ^= 0x01U;
    EXPECT_EQ(refusal_of(packet), DropReason::replayed);
}

TEST_F(InboundTunnelsTest, IsMalformedAtEveryTruncationThatLeavesNoHeader) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    const auto packet = sender.seal(uplink);
    for (std::size_t size = 0; size < packet.size(); ++size) {
        const DropReason reason = refusal_of(copy(wire::BytesView(packet).first(size)));
        EXPECT_TRUE(reason == DropReason::malformed || reason == DropReason::bad_tag) << size;
    }
}

TEST_F(InboundTunnelsTest, RefusesAnInnerSourceThatIsAnotherHomeAddress) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    const auto spoofed = test::inner_packet(other_home.address, correspondent);
    EXPECT_EQ(refusal_of(sender.seal(spoofed)), DropReason::inner_address);
}

TEST_F(InboundTunnelsTest, RefusesAtTheMobileNodeAnInnerDestinationThatIsNotItsHomeAddress) {
    InboundTunnels mobile_node{LookUpBy::inner_source};
    mobile_node.admit(sealed_tunnel(test::mobile_node_keys()));
    Sender home_agent{test::home_agent_keys()};
    auto wanted = home_agent.seal(test::inner_packet(correspondent, home.address));
    auto stray = home_agent.seal(test::inner_packet(correspondent, other_home.address));
    EXPECT_TRUE(mobile_node.decapsulate(test::home_agent.address, NextHeader::esp, wanted));
    EXPECT_EQ(mobile_node.decapsulate(test::home_agent.address, NextHeader::esp, stray).error(),
              DropReason::inner_address);
}

TEST_F(InboundTunnelsTest, TakesSealedPacketsFromAnywhere) {  // RFC 6275 §10.4.5
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto packet = sender.seal(uplink);
    EXPECT_TRUE(agent.decapsulate(test::ip("2001:db8:bad::1"), NextHeader::esp, packet));
}

TEST_F(InboundTunnelsTest, DeliversNothingOfADummyPacketButKnowsItsSession) {  // RFC 4303 §2.6
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto packet = sender.seal({}, NextHeader::none);
    const auto incoming = receive(packet);
    ASSERT_TRUE(incoming);
    EXPECT_TRUE(incoming->inner.empty());
    EXPECT_NE(incoming->sealed, nullptr);
}

TEST_F(InboundTunnelsTest, CutsOffPaddingBehindTheInnerPacket) {  // RFC 4303 §2.7
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto padded = uplink;
    padded.resize(uplink.size() + 100);
    auto packet = sender.seal(padded);
    EXPECT_EQ(copy(receive(packet)->inner), uplink);
}

TEST_F(InboundTunnelsTest, CarriesIpv6Only) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    EXPECT_EQ(refusal_of(sender.seal(wire::Bytes(20, 0x45), NextHeader::ipv4)),
              DropReason::not_ipv6);
    EXPECT_EQ(refusal_of(sender.seal(wire::Bytes(20, 0x45))), DropReason::not_ipv6);
    EXPECT_EQ(refusal_of(sender.seal(uplink, NextHeader::tcp)), DropReason::not_ipv6);
}

TEST_F(InboundTunnelsTest, OpensTheOldSessionsPacketsWhileTheNewOneIsUsed) {
    Sender rekeyed{test::mobile_node_keys(2)};
    agent.admit(sealed_tunnel(test::home_agent_keys(1)));
    agent.admit(sealed_tunnel(test::home_agent_keys(2)));
    EXPECT_TRUE(accepts(rekeyed.seal(uplink)));
    EXPECT_TRUE(accepts(sender.seal(uplink)));
    EXPECT_NE(agent.end(test::session_of(test::home_agent_keys(1))), nullptr);
    EXPECT_EQ(refusal_of(sender.seal(uplink)), DropReason::unknown_spi);
    EXPECT_TRUE(accepts(rekeyed.seal(uplink)));
}

class PlainTunnelTest : public testing::Test {
  protected:
    DropReason refusal_of(const wire::Ipv6Address& outer_source, wire::Bytes packet) {
        return agent.decapsulate(outer_source, NextHeader::ipv6, packet).error();
    }
    void bind_to(const wire::CareOfAddress& care_of) {
        agent.admit_plain(std::make_unique<PlainTunnel>(home, care_of.address));
    }

    wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    InboundTunnels agent{LookUpBy::inner_destination};
};

TEST_F(PlainTunnelTest, TakesPacketsFromTheCareOfAddress) {
    bind_to(test::care_of_a);
    const auto incoming = agent.decapsulate(test::care_of_a.address, NextHeader::ipv6, uplink);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->inner.data(), uplink.data());
    EXPECT_EQ(incoming->inner.size(), uplink.size());
    EXPECT_EQ(incoming->sealed, nullptr);
}

TEST_F(PlainTunnelTest, RefusesPacketsFromAnywhereElse) {  // RFC 6275 §10.4.5
    bind_to(test::care_of_a);
    EXPECT_EQ(refusal_of(test::care_of_b.address, uplink), DropReason::outer_source);
}

TEST_F(PlainTunnelTest, GoesByTheCareOfAddressOfTheLatestBinding) {
    bind_to(test::care_of_a);
    bind_to(test::care_of_b);
    EXPECT_EQ(refusal_of(test::care_of_a.address, uplink), DropReason::outer_source);
    EXPECT_TRUE(agent.decapsulate(test::care_of_b.address, NextHeader::ipv6, uplink));
}

TEST_F(PlainTunnelTest, TakesNothingWithoutABinding) {
    EXPECT_EQ(refusal_of(test::care_of_a.address, uplink), DropReason::no_binding);
    bind_to(test::care_of_a);
    EXPECT_NE(agent.close_plain(home), nullptr);
    EXPECT_EQ(refusal_of(test::care_of_a.address, uplink), DropReason::no_binding);
}

TEST_F(PlainTunnelTest, TakesNothingPlainForASealedBinding) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    EXPECT_EQ(refusal_of(test::care_of_a.address, uplink), DropReason::no_binding);
}

TEST_F(PlainTunnelTest, TakesPacketsAtTheMobileNodeFromItsHomeAgentOnly) {  // RFC 6275 §11.3.3
    InboundTunnels mobile_node{LookUpBy::inner_source};
    mobile_node.admit_plain(std::make_unique<PlainTunnel>(home, test::home_agent.address));
    auto downlink = test::inner_packet(correspondent, home.address);
    EXPECT_TRUE(mobile_node.decapsulate(test::home_agent.address, NextHeader::ipv6, downlink));
    EXPECT_EQ(mobile_node.decapsulate(correspondent, NextHeader::ipv6, downlink).error(),
              DropReason::outer_source);
}

}  // namespace
}  // namespace godwit::datapath
