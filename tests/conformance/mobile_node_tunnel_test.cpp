// A mobile node's end of the tunnel: RFC 6275 §11.3.1, §11.3.3, RFC 2473 §6, §7, RFC 5555 §4.1.

#include <memory>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/datapath/too_big_reply.hpp"
#include "tests/conformance/mobile_node_laboratory.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::conformance::mobile_node {
namespace {

using datapath::DropReason;
using datapath::Incoming;
using datapath::LookUpBy;
using test::correspondent;
using wire::NextHeader;

// What comes in through a plain tunnel to the first care-of address.
struct PlainEnd {
    PlainEnd() {
        tunnels.admit_plain(std::make_unique<datapath::PlainTunnel>(test::home, test::from_a));
    }
    std::expected<Incoming, DropReason> receive(const Path& path, Bytes packet) {
        octets = std::move(packet);
        return tunnels.decapsulate(path, NextHeader::ipv6, octets);
    }
    Bytes octets;
    datapath::InboundTunnels tunnels{LookUpBy::inner_source, test::home_agent};
};
Bytes downlink() {
    return test::inner_packet(correspondent, home);
}
Path coming_from(const Ipv6Address& address) {
    Path path = test::from_a;
    path.remote = address;
    return path;
}

RULE(rfc6275_11_3_3, TakesTunnelledPacketsOfItsHomeAgent,
     "a tunnelled packet comes from the home agent's address") {
    PlainEnd end;
    EXPECT_TRUE(end.receive(test::from_a, downlink()));
}
RULE(rfc6275_11_3_3, TakesNoTunnelledPacketsOfOthers,
     "a tunnelled packet from any other address is dropped") {
    PlainEnd end;
    for (const Ipv6Address& other : {stranger, correspondent, care_of_b.address, home}) {
        EXPECT_EQ(end.receive(coming_from(other), downlink()).error(), DropReason::outer_source);
    }
}
RULE(rfc6275_11_3_3, TakesNoPacketsForOthers, "a tunnelled packet is for the home address") {
    PlainEnd end;
    EXPECT_EQ(
        end.receive(test::from_a, test::inner_packet(correspondent, care_of_a.address)).error(),
        DropReason::no_binding);
}
RULE(rfc6275_11_5_4, TakesPacketsAtItsPreviousCareOfAddress,
     "tunnelled packets to the previous care-of address are accepted still") {
    PlainEnd end;
    EXPECT_TRUE(end.receive(test::from_b, downlink()));
}
RULE(rfc6275_11_3_3, TakesNothingWithoutATunnel,
     "at home, and unregistered, nothing is tunnelled") {
    PlainEnd end;
    EXPECT_TRUE(end.tunnels.close_plain(test::home));
    EXPECT_EQ(end.receive(test::from_a, downlink()).error(), DropReason::no_binding);
}
RULE(rfc2473_3_3, TakesWhatTheHeaderSaysOnly, "inside next header 41 there is IPv6 and no IPv4") {
    PlainEnd end;
    EXPECT_EQ(end.receive(test::from_a, test::ipv4_packet("192.0.2.1", "10.19.0.2")).error(),
              DropReason::not_ip);
}
RULE(rfc6275_11_7_4, TakesSignallingOutOfTheTunnel,
     "a Mobility Header of the home agent in the tunnel is for the mobile node itself") {
    PlainEnd end;
    const auto taken =
        end.receive(test::from_a, test::message_packet(test::home_agent.address, home));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->content, Incoming::Content::message);
}
RULE(rfc6275_10_4_5, NeedsNoSourceWhereThePacketIsProved,
     "a packet that is authenticated may come from any address") {
    datapath::InboundTunnels tunnels(LookUpBy::inner_source, test::home_agent);
    tunnels.admit(std::make_unique<datapath::SealedTunnel>(
        test::home, security::EspOpener(test::mobile_node_keys())));
    const auto seal = [](const Bytes& inner) {
        static security::EspSealer sealer(test::home_agent_keys());
        datapath::PacketBuffer buffer;
        test::put(buffer, inner);
        const auto sealed =
            *sealer.seal(buffer.whole(), security::esp_headroom, inner.size(), NextHeader::ipv6);
        return Bytes(sealed.begin(), sealed.end());
    };
    Bytes packet = seal(downlink());
    EXPECT_TRUE(tunnels.decapsulate(coming_from(stranger), NextHeader::esp, packet));
    Bytes of_another = seal(test::inner_packet(correspondent, ip("2001:db8:f::a")));
    EXPECT_EQ(tunnels.decapsulate(test::from_a, NextHeader::esp, of_another).error(),
              DropReason::inner_address);
}

// Going out

struct Scope {
    const char* name;
    const char* rule;
    const char* destination;
};
constexpr auto scopes = std::to_array<Scope>({
    {"TunnelsNothingToTheLink", "a link-local destination is not tunnelled", "fe80::1"},
    {"TunnelsNothingToALinkGroup", "a link-scope group is not tunnelled", "ff02::fb"},
    {"TunnelsNothingToItself", "the loopback address is not tunnelled", "::1"},
});
RULE_TABLE(rfc6275_11_3_1, scopes) {
    datapath::OutboundTunnels tunnels(LookUpBy::inner_source, test::home_agent);
    tunnels.direct(noon, std::make_unique<datapath::OutboundTunnel>(test::home, test::from_a));
    const auto send = [&tunnels](const Ipv6Address& to) {
        const auto buffer = std::make_unique<datapath::PacketBuffer>();
        test::put(*buffer, test::inner_packet(home, to));
        return tunnels.encapsulate(noon, *buffer).has_value();
    };
    EXPECT_TRUE(send(correspondent));
    EXPECT_FALSE(send(ip(row.destination)));
}
RULE(rfc6275_11_3_1, TunnelsWhatHasTheHomeAddressForItsSource,
     "what leaves from the home address goes to the home agent, and nothing else does") {
    datapath::OutboundTunnels tunnels(LookUpBy::inner_source, test::home_agent);
    tunnels.direct(noon, std::make_unique<datapath::OutboundTunnel>(test::home, test::from_a));
    const auto buffer = std::make_unique<datapath::PacketBuffer>();
    test::put(*buffer, test::inner_packet(home, correspondent));
    const auto outgoing = tunnels.encapsulate(noon, *buffer);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->tunnel->path.local, care_of_a.address);
    EXPECT_EQ(outgoing->tunnel->path.remote, home_agent);
    test::put(*buffer, test::inner_packet(care_of_a.address, correspondent));
    EXPECT_FALSE(tunnels.encapsulate(noon, *buffer));
}

// How long packets may be

struct Overhead {
    const char* name;
    const char* rule;
    mobility::TunnelOverhead overhead;
    std::uint32_t octets;
};
constexpr auto overheads = std::to_array<Overhead>({
    {"CostsFortyOctetsInIpv6", "IPv6 in IPv6 costs 40 octets", {.is_sealed = false}, 40},
    {"CostsFortyEightInUdpOverIpv6",
     "UDP over IPv6 costs 48 octets",
     {.encapsulation = Encapsulation::udp, .is_sealed = false},
     48},
    {"CostsTwentyEightInUdpOverIpv4",
     "UDP over IPv4 costs 28 octets",
     {.encapsulation = Encapsulation::udp, .is_ipv4 = true, .is_sealed = false},
     28},
});
RULE_TABLE(rfc2473_6_7, overheads) {
    EXPECT_EQ(row.overhead.inner(1500), 1500 - row.octets);
    EXPECT_EQ(row.overhead.outer(1400), 1400 + row.octets);
}
RULE(rfc2473_6_7, FitsTheTunnelToWhatEveryPathHasRoomFor,
     "where the path's MTU is not known the tunnel's is the least of IPv6, less the headers; a "
     "packet of 1280 is carried all the same, in fragments") {
    LaboratoryNode node;
    node.register_at();
    EXPECT_EQ(node.mtu, (mobility::TunnelMtu{.inner = 1280, .whole = 1240}));
}
RULE(rfc2473_6_7, FitsTheTunnelToItsLink,
     "no longer packet goes whole than the link carries, less the headers") {
    LaboratoryNode node;
    auto narrow = only_ipv4;
    narrow.candidates.front().mtu = 1200;
    node.attach(narrow);
    node.be_answered();
    EXPECT_EQ(node.mtu, (mobility::TunnelMtu{.inner = 1280, .whole = 1172}));
}
RULE(rfc5555_4_1_1, FitsTheTunnelAnewWhenItMoves, "another path may have another MTU") {
    LaboratoryNode node;
    node.register_at();
    node.attach(only_ipv4);
    node.be_answered();
    EXPECT_EQ(node.mtu, (mobility::TunnelMtu{.inner = 1280, .whole = 1252}));
}

// Through a tunnel that carries 1400 octets.
struct NarrowEnd {
    NarrowEnd() {
        tunnels.direct(noon, std::make_unique<datapath::OutboundTunnel>(test::home, test::from_a));
        tunnels.carry_ipv4(std::make_unique<datapath::Ipv4HomeAddress>(
            wire::Ipv4Address{{10, 19, 0, 2}}, test::home));
        tunnels.fit(test::home, mobility::TunnelMtu::of(1400));
    }
    std::expected<datapath::Outgoing, DropReason> send(const Bytes& packet) {
        test::put(*buffer, packet);
        return tunnels.encapsulate(noon, *buffer);
    }
    datapath::OutboundTunnels tunnels{LookUpBy::inner_source, test::home_agent};
    std::unique_ptr<datapath::PacketBuffer> buffer = std::make_unique<datapath::PacketBuffer>();
};
Bytes ipv4_uplink(std::size_t size, bool may_be_fragmented) {
    Bytes packet = test::ipv4_packet("10.19.0.2", "192.0.2.1", size);
    packet.at(6) = may_be_fragmented ? 0x00 : 0x40;
    return packet;
}

RULE(rfc2473_7_1, AnswersWhatIsTooLong,
     "a longer packet than the tunnel carries is answered by Packet Too Big with its MTU") {
    NarrowEnd end;
    EXPECT_TRUE(end.send(test::inner_packet(home, correspondent, 1400)));
    EXPECT_EQ(end.send(test::inner_packet(home, correspondent, 1401)).error(), DropReason::too_big);
    const auto answer = end.tunnels.answer_too_big(test::noon, *end.buffer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->at(ipv6_header), 2) << "Packet Too Big";
    EXPECT_EQ(Bytes(answer->begin() + 44, answer->begin() + 48),
              (Bytes{0, 0, 1400 >> 8, 1400 & 0xff}));
    EXPECT_LE(answer->size(), 1280U);
}
RULE(rfc2473_7_1, TellsOfNoLessThan1280,
     "where the path has no room for 1280 the packet goes in fragments, and nobody is told less") {
    NarrowEnd end;
    end.tunnels.fit(test::home, mobility::TunnelMtu::of(1240));
    const auto outgoing = end.send(test::inner_packet(home, correspondent, 1280));
    ASSERT_TRUE(outgoing);
    EXPECT_GT(outgoing->longest, 0U) << "in fragments";
    EXPECT_FALSE(end.send(test::inner_packet(home, correspondent, 1281)));
    const auto answer = end.tunnels.answer_too_big(test::noon, *end.buffer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(Bytes(answer->begin() + 44, answer->begin() + 48),
              (Bytes{0, 0, 1280 >> 8, 1280 & 0xff}));
}
RULE(rfc2473_7_2, AnswersIpv4ThatMayNotBeFragmented,
     "IPv4 with DF that is too long is answered by fragmentation needed, with the MTU") {
    NarrowEnd end;
    EXPECT_EQ(end.send(ipv4_uplink(1401, false)).error(), DropReason::too_big);
    const auto answer = end.tunnels.answer_too_big(test::noon, *end.buffer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->at(20), 3) << "Destination Unreachable";
    EXPECT_EQ(answer->at(21), 4) << "fragmentation needed";
    EXPECT_EQ(answer->at(26) << 8 | answer->at(27), 1400);
}
RULE(rfc2473_7_2, FragmentsIpv4OutsideWhereItMay,
     "IPv4 without DF that is too long is tunnelled, and the tunnel packet goes in fragments") {
    NarrowEnd end;
    const auto outgoing = end.send(ipv4_uplink(1401, true));
    ASSERT_TRUE(outgoing);
    EXPECT_GT(outgoing->longest, 0U);
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
