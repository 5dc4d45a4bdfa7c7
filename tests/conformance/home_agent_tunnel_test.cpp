// RFC 6275 §10.4.2, §10.4.5, RFC 2473, RFC 4443: packets to and from a mobile node that is away, as
// the home agent's tunnel takes and gives them.

#include <memory>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::conformance {
namespace {

using datapath::DropReason;
using datapath::LookUpBy;
using wire::NextHeader;

const Ipv6Address home = test::home.address;
const Ipv6Address correspondent = test::correspondent;
const wire::HomeAddress other_home{ip("2001:db8:f::a")};

template <class Taken>
std::optional<DropReason> refusal_of(const std::expected<Taken, DropReason>& result) {
    return result ? std::nullopt : std::optional(result.error());
}

// The home agent's end of plain tunnels, IPv6 in IPv6.
class Tunnel {
  public:
    Tunnel() { bind(test::to_a); }
    void bind(const mobility::Path& path, const wire::HomeAddress& of = test::home) {
        outbound.direct(test::noon, std::make_unique<datapath::OutboundTunnel>(of, path));
        inbound.admit_plain(std::make_unique<datapath::PlainTunnel>(of, path));
    }
    void fit(std::uint32_t whole) { outbound.fit(test::home, mobility::TunnelMtu::of(whole)); }
    // A packet of the home link's that is to be tunnelled.
    std::expected<datapath::Outgoing, DropReason> intercept(const Bytes& packet) {
        test::put(*buffer, packet);
        return outbound.encapsulate(test::noon, *buffer);
    }
    // What a tunnel packet from there has in it.
    std::expected<datapath::Incoming, DropReason> receive(const Ipv6Address& outer_source,
                                                          Bytes& inner) {
        mobility::Path path = test::to_a;
        path.remote = outer_source;
        return inbound.decapsulate(path, NextHeader::ipv6, inner);
    }

    datapath::OutboundTunnels outbound{LookUpBy::inner_destination, test::home_agent};
    datapath::InboundTunnels inbound{LookUpBy::inner_destination, test::home_agent};
    std::unique_ptr<datapath::PacketBuffer> buffer = std::make_unique<datapath::PacketBuffer>();
};

RULE(
    rfc6275_10_4_2, TunnelsToTheCareOfAddress,
    "an intercepted packet goes in IPv6 encapsulation from the home agent to the care-of address") {
    Tunnel tunnel;
    const auto outgoing = tunnel.intercept(test::inner_packet(correspondent, home));
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->next_header, NextHeader::ipv6);
    EXPECT_EQ(outgoing->tunnel->path.local, test::home_agent.address);
    EXPECT_EQ(outgoing->tunnel->path.remote, test::care_of_a.address);
}

RULE(rfc6275_10_4_2, TunnelsToTheNewCareOfAddressAfterAMove,
     "after a move packets are tunnelled to the new care-of address") {
    Tunnel tunnel;
    tunnel.bind(test::to_b);
    const auto outgoing = tunnel.intercept(test::inner_packet(correspondent, home));
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->tunnel->path.remote, test::care_of_b.address);
}

RULE(rfc2473_3_1, LeavesTheInnerPacketAsItIs, "the inner packet is tunnelled octet by octet") {
    Tunnel tunnel;
    const Bytes inner = test::inner_packet(correspondent, home);
    const auto outgoing = tunnel.intercept(inner);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(Bytes(outgoing->bytes.begin(), outgoing->bytes.end()), inner);
}

RULE(rfc6275_10_4_2, TunnelsNothingWithoutABinding,
     "a packet for a home address that is not bound is not tunnelled") {
    Tunnel tunnel;
    EXPECT_EQ(refusal_of(tunnel.intercept(test::inner_packet(correspondent, other_home.address))),
              DropReason::no_binding);
}

RULE(rfc6275_10_4_2, TunnelsNothingOnceABindingHasEnded,
     "nothing is tunnelled once the binding has ended") {
    Tunnel tunnel;
    EXPECT_NE(tunnel.outbound.close(test::home), nullptr);
    EXPECT_EQ(refusal_of(tunnel.intercept(test::inner_packet(correspondent, home))),
              DropReason::no_binding);
}

struct Beyond {
    const char* name;
    const char* rule;
    const char* destination;
};
constexpr auto not_tunnelled = std::to_array<Beyond>({
    {"TunnelsNoLinkLocalPackets", "a packet to a link-local address is not tunnelled", "fe80::9"},
    {"TunnelsNoLinkScopeMulticast", "multicast of link-local scope is not tunnelled", "ff02::1"},
    {"TunnelsNoSiteScopeMulticast", "multicast of site scope is not tunnelled", "ff05::2"},
    {"TunnelsNoOrganizationScopeMulticast", "multicast of organisation scope is not tunnelled",
     "ff08::2"},
    {"TunnelsNoGlobalMulticastWithoutMembership",
     "global multicast is not tunnelled, since no membership is controlled (§10.4.3)", "ff0e::2"},
});
RULE_TABLE(rfc6275_10_4_2, not_tunnelled) {
    Tunnel tunnel;
    EXPECT_EQ(refusal_of(tunnel.intercept(test::inner_packet(correspondent, ip(row.destination)))),
              DropReason::not_tunnelled);
    Bytes inner = test::inner_packet(home, ip(row.destination));
    EXPECT_EQ(refusal_of(tunnel.receive(test::care_of_a.address, inner)),
              DropReason::not_tunnelled);
}

RULE(rfc6275_10_4_5, TakesPacketsFromTheCareOfAddress,
     "a reverse tunnelled packet is taken if its outer source is the care-of address") {
    Tunnel tunnel;
    Bytes inner = test::inner_packet(home, correspondent);
    const auto incoming = tunnel.receive(test::care_of_a.address, inner);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(Bytes(incoming->inner.begin(), incoming->inner.end()),
              test::inner_packet(home, correspondent));
}

RULE(rfc6275_10_4_5, TakesNoPacketsFromElsewhere,
     "a reverse tunnelled packet from anywhere but the care-of address is discarded") {
    Tunnel tunnel;
    Bytes inner = test::inner_packet(home, correspondent);
    EXPECT_EQ(refusal_of(tunnel.receive(test::care_of_b.address, inner)), DropReason::outer_source);
}

RULE(rfc6275_10_4_5, TakesNoPacketsFromThePreviousCareOfAddress,
     "once the mobile node has moved nothing is taken from its previous care-of address") {
    Tunnel tunnel;
    tunnel.bind(test::to_b);
    Bytes inner = test::inner_packet(home, correspondent);
    EXPECT_EQ(refusal_of(tunnel.receive(test::care_of_a.address, inner)), DropReason::outer_source);
    EXPECT_TRUE(tunnel.receive(test::care_of_b.address, inner));
}

RULE(rfc5648_6_5, TakesPacketsFromAnyOfItsCareOfAddresses,
     "with several bindings a packet is taken from each of their care-of addresses, and from no "
     "other") {
    Tunnel tunnel;
    (void)tunnel.inbound.expect_plain(test::home, {test::to_a, test::to_b});
    for (const Ipv6Address& care_of : {test::care_of_a.address, test::care_of_b.address}) {
        Bytes inner = test::inner_packet(home, correspondent);
        EXPECT_TRUE(tunnel.receive(care_of, inner));
    }
    Bytes inner = test::inner_packet(home, correspondent);
    EXPECT_EQ(refusal_of(tunnel.receive(ip("2001:db8:c::2"), inner)), DropReason::outer_source);
}

RULE(rfc6275_10_4_5, TakesNoPacketsOfAnother,
     "the inner source belongs to the mobile node at that care-of address, and to no other") {
    Tunnel tunnel;
    tunnel.bind(test::to_b, other_home);
    Bytes inner = test::inner_packet(other_home.address, correspondent);
    EXPECT_EQ(refusal_of(tunnel.receive(test::care_of_a.address, inner)), DropReason::outer_source);
    EXPECT_TRUE(tunnel.receive(test::care_of_b.address, inner));
}

RULE(rfc6275_10_4_5, TakesNoPacketsOfStrangers,
     "an inner source that is no home address is discarded") {
    Tunnel tunnel;
    Bytes inner = test::inner_packet(ip("2001:db8:a::2"), correspondent);
    EXPECT_FALSE(tunnel.receive(test::care_of_a.address, inner));
}

RULE(rfc6275_10_4_5, TakesSealedPacketsFromAnywhere,
     "what is authenticated by its own ESP may come from any address") {
    datapath::InboundTunnels inbound{LookUpBy::inner_destination, test::home_agent};
    inbound.admit(std::make_unique<datapath::SealedTunnel>(
        test::home, security::EspOpener(test::home_agent_keys())));
    security::EspSealer sealer(test::mobile_node_keys());
    const auto buffer = std::make_unique<datapath::PacketBuffer>();
    const Bytes inner = test::inner_packet(home, correspondent);
    test::put(*buffer, inner);
    const auto sealed =
        *sealer.seal(buffer->whole(), security::esp_headroom, inner.size(), NextHeader::ipv6);
    Bytes packet(sealed.begin(), sealed.end());
    EXPECT_TRUE(inbound.decapsulate(test::to_b, NextHeader::esp, packet));
}

RULE(rfc6275_10_4_5, TakesNothingOnceABindingHasEnded,
     "no reverse tunnelled packet is taken once the binding has ended") {
    Tunnel tunnel;
    EXPECT_NE(tunnel.inbound.close_plain(test::home), nullptr);
    Bytes inner = test::inner_packet(home, correspondent);
    EXPECT_FALSE(tunnel.receive(test::care_of_a.address, inner));
}

// RFC 2473 §4.1.1.

// In a Destination Options header, and nothing behind it.
Bytes packet_with_limit(std::uint8_t limit) {
    return packet(correspondent, home,
                  {Extension{60, joined({octets("00 010100 0401"), Bytes{limit}})}}, {}, 59);
}

RULE(rfc2473_4_1_1, DiscardsWhatMayEnterNoFurtherTunnel,
     "a packet whose Tunnel Encapsulation Limit is zero is discarded") {
    Tunnel tunnel;
    EXPECT_EQ(refusal_of(tunnel.intercept(packet_with_limit(0))), DropReason::encapsulation_limit);
}

RULE(rfc2473_4_1_1, PointsAtTheLimit,
     "its source is told by a Parameter Problem of code 0, whose Pointer is at the limit") {
    Tunnel tunnel;
    const Bytes limited = packet_with_limit(0);
    (void)tunnel.intercept(limited);
    const auto answer = tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(address_at(*answer, 24), correspondent);
    EXPECT_EQ(test::hex(BytesView(*answer).subspan(40, 2)), "0400");
    EXPECT_EQ(test::hex(BytesView(*answer).subspan(44, 4)), "0000002f");
    EXPECT_EQ(test::hex(BytesView(*answer).subspan(48)), test::hex(limited));
}

RULE(rfc2473_4_1_1, TunnelsWhatMayEnterAnother,
     "a packet with a greater limit, or without one, is tunnelled") {
    Tunnel tunnel;
    EXPECT_TRUE(tunnel.intercept(packet_with_limit(1)));
    const Bytes without =
        packet(correspondent, home, {Extension{60, octets("00 010400000000")}}, {}, 59);
    EXPECT_TRUE(tunnel.intercept(without));
}

// RFC 2473 §7.

RULE(rfc2473_7_1, RefusesAnInnerPacketThatIsTooLong,
     "an inner IPv6 packet longer than the tunnel's MTU, and than 1280 octets, is discarded") {
    Tunnel tunnel;
    tunnel.fit(1400);
    EXPECT_EQ(refusal_of(tunnel.intercept(test::inner_packet(correspondent, home, 1401))),
              DropReason::too_big);
    EXPECT_TRUE(tunnel.intercept(test::inner_packet(correspondent, home, 1400)));
}

RULE(rfc2473_7_1, SaysHowLongItMayBe, "its source is told the tunnel's MTU by Packet Too Big") {
    Tunnel tunnel;
    tunnel.fit(1400);
    (void)tunnel.intercept(test::inner_packet(correspondent, home, 1401));
    const auto answer = tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(address_at(*answer, 8), test::home_agent.address);
    EXPECT_EQ(address_at(*answer, 24), correspondent);
    EXPECT_EQ(test::hex(BytesView(*answer).subspan(40, 2)), "0200");
    EXPECT_EQ(two_at(*answer, 46), 1400);
}

RULE(rfc2473_7_1, NeverAsksForLessThan1280,
     "no source is told less than 1280 octets, which IPv6 may rely on") {
    Tunnel tunnel;
    tunnel.fit(1000);
    (void)tunnel.intercept(test::inner_packet(correspondent, home, 1281));
    EXPECT_EQ(two_at(tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer).value(), 46), 1280);
}

RULE(rfc2473_7_1, TunnelsPacketsOf1280InFragments,
     "an inner packet of up to 1280 octets is tunnelled, in fragments of the outer packet if need "
     "be") {
    Tunnel tunnel;
    tunnel.fit(1000);
    const auto whole = tunnel.intercept(test::inner_packet(correspondent, home, 1000));
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->longest, 0U);
    const auto long_one = tunnel.intercept(test::inner_packet(correspondent, home, 1280));
    ASSERT_TRUE(long_one);
    EXPECT_EQ(long_one->longest, 1040U) << "octets of an outer packet";
}

RULE(rfc4443_2_4, CutsTheErrorTo1280,
     "Packet Too Big has as much of the packet as fits into 1280 octets") {
    Tunnel tunnel;
    tunnel.fit(1400);
    (void)tunnel.intercept(test::inner_packet(correspondent, home, 1500));
    EXPECT_EQ(tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer).value().size(), 1280U);
}

RULE(rfc4443_2_4, AnswersNoMulticastSource, "no ICMPv6 error to a source that is no single node") {
    Tunnel tunnel;
    tunnel.fit(1400);
    (void)tunnel.intercept(test::inner_packet(ip("ff0e::1"), home, 1500));
    EXPECT_EQ(tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer), std::nullopt);
}

RULE(rfc4443_2_4, AnswersNoError, "no ICMPv6 error to an ICMPv6 error") {
    Tunnel tunnel;
    tunnel.fit(1400);
    Bytes error = test::inner_packet(correspondent, home, 1500);
    error[6] = 58;  // ICMPv6
    error[40] = 1;  // Destination Unreachable
    (void)tunnel.intercept(error);
    EXPECT_EQ(tunnel.outbound.answer_too_big(test::noon, *tunnel.buffer), std::nullopt);
}

}  // namespace
}  // namespace godwit::conformance
