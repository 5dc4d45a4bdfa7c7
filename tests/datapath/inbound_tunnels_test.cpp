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
        return agent.decapsulate(test::to_a, NextHeader::esp, packet);
    }
    DropReason refusal_of(wire::Bytes packet) { return receive(packet).error(); }
    bool accepts(wire::Bytes packet) { return receive(packet).has_value(); }

    const wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
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
    InboundTunnels mobile_node{LookUpBy::inner_source, test::home_agent};
    mobile_node.admit(sealed_tunnel(test::mobile_node_keys()));
    Sender home_agent{test::home_agent_keys()};
    auto wanted = home_agent.seal(test::inner_packet(correspondent, home.address));
    auto stray = home_agent.seal(test::inner_packet(correspondent, other_home.address));
    EXPECT_TRUE(mobile_node.decapsulate(test::from_a, NextHeader::esp, wanted));
    EXPECT_EQ(mobile_node.decapsulate(test::from_a, NextHeader::esp, stray).error(),
              DropReason::inner_address);
}

TEST_F(InboundTunnelsTest, TakesSealedPacketsFromAnywhere) {  // RFC 6275 §10.4.5
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    auto packet = sender.seal(uplink);
    EXPECT_TRUE(
        agent.decapsulate({.remote = test::ip("2001:db8:bad::1")}, NextHeader::esp, packet));
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

TEST_F(InboundTunnelsTest, TakesNothingForWhatItIsNot) {
    agent.admit(sealed_tunnel(test::home_agent_keys()));
    EXPECT_EQ(refusal_of(sender.seal(uplink, NextHeader::ipv4)), DropReason::not_ip);
    EXPECT_EQ(refusal_of(sender.seal(test::ipv4_packet("192.0.2.9", "192.0.2.1"))),
              DropReason::not_ip);
    EXPECT_EQ(refusal_of(sender.seal(wire::Bytes(20, 0x55))), DropReason::not_ip);
    EXPECT_EQ(refusal_of(sender.seal(uplink, NextHeader::tcp)), DropReason::not_ip);
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
        return agent.decapsulate({.remote = outer_source}, NextHeader::ipv6, packet).error();
    }
    void bind_to(const wire::CareOfAddress& care_of) {
        agent.admit_plain(
            std::make_unique<PlainTunnel>(home, mobility::Path{.remote = care_of.address}));
    }

    wire::Bytes uplink = test::inner_packet(home.address, correspondent);
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
};

TEST_F(PlainTunnelTest, TakesPacketsFromTheCareOfAddress) {
    bind_to(test::care_of_a);
    const auto incoming = agent.decapsulate(test::to_a, NextHeader::ipv6, uplink);
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
    EXPECT_TRUE(agent.decapsulate(test::to_b, NextHeader::ipv6, uplink));
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
    InboundTunnels mobile_node{LookUpBy::inner_source, test::home_agent};
    mobile_node.admit_plain(std::make_unique<PlainTunnel>(home, test::from_a));
    auto downlink = test::inner_packet(correspondent, home.address);
    EXPECT_TRUE(mobile_node.decapsulate(test::from_a, NextHeader::ipv6, downlink));
    EXPECT_EQ(
        mobile_node.decapsulate({.remote = correspondent}, NextHeader::ipv6, downlink).error(),
        DropReason::outer_source);
}

TEST_F(PlainTunnelTest, RefusesPacketsFromAnotherPortOfTheSameNat) {
    const mobility::Path path{.encapsulation = mobility::Encapsulation::udp,
                              .remote = test::ip("::ffff:192.0.2.7"),
                              .remote_port = 1000};
    mobility::Path other = path;
    other.remote_port = 1001;
    agent.admit_plain(std::make_unique<PlainTunnel>(home, path));
    EXPECT_TRUE(agent.decapsulate(path, NextHeader::ipv6, uplink));
    EXPECT_EQ(agent.decapsulate(other, NextHeader::ipv6, uplink).error(), DropReason::outer_source);
    EXPECT_EQ(agent.decapsulate({.remote = path.remote}, NextHeader::ipv6, uplink).error(),
              DropReason::outer_source);
}

class InboundIpv4Test : public InboundTunnelsTest {
  protected:
    InboundIpv4Test() {
        agent.admit(sealed_tunnel(test::home_agent_keys()));
        agent.carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4("192.0.2.9"), home));
        agent.carry_ipv4(std::make_unique<Ipv4HomeAddress>(test::ipv4("192.0.2.10"), other_home));
    }
    const wire::Bytes own = test::ipv4_packet("192.0.2.9", "192.0.2.1");
};

TEST_F(InboundIpv4Test, TakesTheIpv4AddressBesideTheHomeAddress) {
    auto packet = sender.seal(own, NextHeader::ipv4);
    const auto incoming = receive(packet);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(copy(incoming->inner), own);
    EXPECT_EQ(incoming->received, &incoming->sealed->received);
}

TEST_F(InboundIpv4Test, RefusesTheIpv4AddressOfAnotherOrOfNobody) {
    for (const auto* source : {"192.0.2.10", "192.0.2.11"}) {
        EXPECT_EQ(refusal_of(sender.seal(test::ipv4_packet(source, "192.0.2.1"), NextHeader::ipv4)),
                  DropReason::inner_address);
    }
}

TEST_F(InboundIpv4Test, RefusesAnIpv4AddressThatIsNotCarriedAnyMore) {
    EXPECT_EQ(agent.end_ipv4(other_home, test::ipv4("192.0.2.9")), nullptr);
    EXPECT_TRUE(accepts(sender.seal(own, NextHeader::ipv4)));
    EXPECT_NE(agent.end_ipv4(home, test::ipv4("192.0.2.9")), nullptr);
    EXPECT_EQ(refusal_of(sender.seal(own, NextHeader::ipv4)), DropReason::inner_address);
}

TEST_F(InboundIpv4Test, TakesPlainIpv4OfABindingOnly) {
    auto packet = test::ipv4_packet("192.0.2.10", "192.0.2.1");
    EXPECT_EQ(agent.decapsulate(test::to_a, NextHeader::ipv4, packet).error(),
              DropReason::no_binding);
    agent.admit_plain(std::make_unique<PlainTunnel>(other_home, test::to_a));
    EXPECT_TRUE(agent.decapsulate(test::to_a, NextHeader::ipv4, packet));
    EXPECT_EQ(agent.decapsulate(test::to_a, NextHeader::ipv6, packet).error(), DropReason::not_ip);
}

class MessageTest : public InboundTunnelsTest {
  protected:
    MessageTest() { agent.admit(sealed_tunnel(test::home_agent_keys())); }
    const wire::Bytes message = test::message_packet(home.address, test::home_agent.address);
};

TEST_F(MessageTest, ComesFromTheSessionThatSealedIt) {
    auto padded = message;
    padded.resize(1300);
    auto packet = sender.seal(padded);
    const auto incoming = receive(packet);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->content, Incoming::Content::message);
    EXPECT_EQ(copy(incoming->inner), message);
    EXPECT_EQ(incoming->sealed->key(), test::session_of(test::home_agent_keys()));
    EXPECT_EQ(incoming->received, nullptr);
}

TEST_F(MessageTest, SpeaksForItsOwnHomeAddressOnlyWhenSealed) {
    EXPECT_EQ(
        refusal_of(sender.seal(test::message_packet(other_home.address, test::home_agent.address))),
        DropReason::inner_address);
}

TEST_F(MessageTest, NeedsNoBindingWhenItIsNotSealed) {
    auto packet = message;
    const auto incoming = agent.decapsulate(test::to_b, NextHeader::ipv6, packet);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->content, Incoming::Content::message);
    EXPECT_EQ(incoming->sealed, nullptr);
}

TEST_F(MessageTest, IsAnInnerPacketLikeAnyOtherIfItGoesElsewhere) {  // route optimization
    auto packet = sender.seal(test::message_packet(home.address, correspondent));
    EXPECT_EQ(receive(packet)->content, Incoming::Content::packet);
    auto plain = test::message_packet(home.address, correspondent);
    EXPECT_EQ(agent.decapsulate(test::to_a, NextHeader::ipv6, plain).error(),
              DropReason::no_binding);
}

TEST_F(MessageTest, ComesToTheMobileNodeFromItsHomeAgentOnly) {
    InboundTunnels mobile_node{LookUpBy::inner_source, test::home_agent};
    auto message_down = test::message_packet(test::home_agent.address, home.address);
    EXPECT_EQ(mobile_node.decapsulate(test::from_a, NextHeader::ipv6, message_down)->content,
              Incoming::Content::message);
    auto stray = test::message_packet(correspondent, home.address);
    EXPECT_EQ(mobile_node.decapsulate(test::from_a, NextHeader::ipv6, stray).error(),
              DropReason::no_binding);
}

class NatRebindingTest : public InboundTunnelsTest {
  protected:
    NatRebindingTest() { agent.admit(sealed_tunnel(test::home_agent_keys())); }

    static mobility::Path from_port(std::uint16_t port) {
        return {.encapsulation = mobility::Encapsulation::udp,
                .local = test::ip("::ffff:192.0.2.1"),
                .remote = test::ip("::ffff:192.0.2.7"),
                .local_port = 4191,
                .remote_port = port};
    }
    // Whether the packet tells of another place; if so, that is taken note of.
    bool has_moved(const mobility::Path& path, wire::Bytes packet) {
        const auto incoming = agent.decapsulate(path, NextHeader::esp, packet);
        if (incoming && incoming->has_moved) {
            incoming->sealed->heard_by = path;
        }
        return incoming && incoming->has_moved;
    }
};

TEST_F(NatRebindingTest, IsToldOfTheFirstPacketAndOfThoseFromElsewhere) {
    EXPECT_TRUE(has_moved(from_port(1000), sender.seal(uplink)));
    EXPECT_FALSE(has_moved(from_port(1000), sender.seal(uplink)));
    EXPECT_TRUE(has_moved(from_port(1001), sender.seal(uplink)));
    EXPECT_FALSE(has_moved(from_port(1001), sender.seal({}, NextHeader::none)));
    EXPECT_TRUE(has_moved(from_port(1002), sender.seal({}, NextHeader::none)));
}

TEST_F(NatRebindingTest, IsToldAgainUntilItIsTakenNoteOf) {
    auto first = sender.seal(uplink);
    auto second = sender.seal(uplink);
    EXPECT_TRUE(agent.decapsulate(from_port(1000), NextHeader::esp, first)->has_moved);
    EXPECT_TRUE(agent.decapsulate(from_port(1000), NextHeader::esp, second)->has_moved);
}

TEST_F(NatRebindingTest, IsNotToldOfAPacketThatHasBeenOvertaken) {
    const auto kept_by_somebody = sender.seal(uplink);
    EXPECT_TRUE(has_moved(from_port(1000), sender.seal(uplink)));
    EXPECT_FALSE(has_moved(from_port(666), kept_by_somebody));
}

TEST_F(NatRebindingTest, IsNotToldOfPathsByWhichFlowsAreExpected) {
    EXPECT_TRUE(has_moved(from_port(1000), sender.seal(uplink)));
    EXPECT_TRUE(agent.expect(test::session_of(test::home_agent_keys()), {from_port(1001)}).empty());
    EXPECT_FALSE(has_moved(from_port(1001), sender.seal(uplink)));
    EXPECT_FALSE(has_moved(from_port(1000), sender.seal(uplink))) << "it has been there all along";
    EXPECT_TRUE(has_moved(from_port(1002), sender.seal(uplink)));
}

TEST_F(NatRebindingTest, IsNotToldOfMessages) {
    const auto message = test::message_packet(home.address, test::home_agent.address);
    EXPECT_FALSE(has_moved(from_port(1000), sender.seal(message)));
}

TEST_F(NatRebindingTest, IsNotToldOfRefusedPackets) {
    const auto spoofed = test::inner_packet(other_home.address, correspondent);
    EXPECT_FALSE(has_moved(from_port(1000), sender.seal(spoofed)));
    auto forged = sender.seal(uplink);
    forged.back() ^= 0x01U;
    EXPECT_FALSE(has_moved(from_port(1000), forged));
}

TEST_F(NatRebindingTest, DoesNotHappenOnNativeIpv6) {
    EXPECT_FALSE(has_moved(test::to_a, sender.seal(uplink)));
    EXPECT_FALSE(has_moved(test::to_b, sender.seal(uplink)));
    EXPECT_TRUE(has_moved(from_port(1000), sender.seal(uplink)));
    EXPECT_FALSE(has_moved(test::to_b, sender.seal(uplink)));
    EXPECT_TRUE(has_moved(from_port(1000), sender.seal(uplink)));
}

}  // namespace
}  // namespace godwit::datapath
