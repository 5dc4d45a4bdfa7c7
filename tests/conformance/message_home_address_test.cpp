// RFC 6275 §6.3, §6.4, §6.1, §9.3.1, RFC 8200 §4: the headers that a Mobility Header comes behind.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

// Whether an update behind these headers binds the home address.
bool binds(const std::vector<Extension>& extensions, const Ipv6Address& summed_over = home) {
    HomeAgentBench bench;
    const Bytes header = Update{}.header().between(summed_over, home_agent);
    bench.hear_packet(packet(care_of_a, home_agent, extensions, header));
    return bench.tunnel(summed_over).has_value();
}
Extension destination_options(const char* behind_next_header) {
    return {60, octets(behind_next_header)};
}

RULE(rfc6275_6_3, IsOption201OfLength16,
     "the Home Address option is type 201, of 16 octets, at 8n+6") {
    EXPECT_TRUE(binds({destination_options("02 0102 0000 c910 20010db8000f00000000000000000009")}));
}

RULE(rfc6275_6_3, IsNotShorter, "a Home Address option of 15 octets makes no binding") {
    EXPECT_FALSE(
        binds({destination_options("02 0102 0000 c90f 20010db8000f000000000000000000 00")}));
}

RULE(rfc6275_6_3, IsNotLonger, "a Home Address option of 17 octets makes no binding") {
    EXPECT_FALSE(
        binds({destination_options("02 0101 00 c911 20010db8000f00000000000000000009 00")}));
}

RULE(rfc6275_6_3, EndsWithinItsHeader,
     "a Home Address option that overruns its header makes no binding") {
    EXPECT_FALSE(binds({destination_options("01 0102 0000 c910 20010db8000f0000")}));
}

RULE(rfc6275_6_3, ComesOnceInAHeader, "two Home Address options in a header make no binding") {
    const Bytes one = octets("c910 20010db8000f00000000000000000009");
    EXPECT_FALSE(binds({{60, joined({octets("04"), one, one, octets("0100")})}}));
}

RULE(rfc6275_6_3, ComesOnceInAPacket, "Home Address options in two headers make no binding") {
    EXPECT_FALSE(binds({home_address_option(home), home_address_option(home)}));
}

RULE(rfc6275_6_3, ComesBehindTheRoutingHeader,
     "a Home Address option before a routing header makes no binding") {
    EXPECT_TRUE(binds({{43, octets("00 00 00 00000000")}, home_address_option(home)}));
    // Of a type that may have both, for all that the parser knows.
    const Bytes header = MobilityHeader{.type = 200, .data = Bytes(8)}.between(home, home);
    const auto parses = [&](const std::vector<Extension>& extensions) {
        return wire::SignallingPacket::parse(packet(care_of_a, home_agent, extensions, header))
            .has_value();
    };
    EXPECT_FALSE(parses({home_address_option(home), type_2_routing_header(home)}));
    EXPECT_TRUE(parses({type_2_routing_header(home), home_address_option(home)}));
}

RULE(rfc6275_6_3, MayHaveOtherOptionsBesideIt, "other destination options may stand beside it") {
    EXPECT_TRUE(binds({destination_options("02 1e02 aabb c910 20010db8000f00000000000000000009")}));
}

struct Unknown {
    const char* name;
    const char* rule;
    const char* headers;
    bool is_skipped;
};
constexpr auto unknown_options = std::to_array<Unknown>({
    {"SkipsAnOptionOfBits00", "an unknown destination option of bits 00 is skipped",
     "00 1e04 00000000", true},
    {"DiscardsAnOptionOfBits01", "an unknown destination option of bits 01 discards the packet",
     "00 5e04 00000000", false},
    {"DiscardsAnOptionOfBits10", "an unknown destination option of bits 10 discards the packet",
     "00 9e04 00000000", false},
    {"DiscardsAnOptionOfBits11", "an unknown destination option of bits 11 discards the packet",
     "00 de04 00000000", false},
});
RULE_TABLE(rfc8200_4_2, unknown_options) {
    EXPECT_EQ(binds({destination_options(row.headers), home_address_option(home)}), row.is_skipped);
}

RULE(rfc6275_6_3, ChangesNoBinding,
     "a Home Address option alone changes nothing in the Binding Cache") {
    BoundHomeAgent bench(10);
    const Bytes late = Update{.sequence = 9}.header().between(home, home_agent);
    bench.hear_packet(packet(care_of_b, home_agent, {home_address_option(home)}, late));
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

struct Message {
    const char* name;
    const char* rule;
    std::uint8_t type;
    const char* data;
    bool may_have_it;
};
constexpr auto with_option = std::to_array<Message>({
    {"ComesWithAnUpdate", "a Home Address option may come with a Binding Update", 5,
     "0001 c000 0096 01020000", true},
    {"ComesWithTheEndOfARevocation",
     "a Home Address option may come with a revocation acknowledgement, which names no home "
     "address",
     16, "02 00 0001 0000 01020000", true},
    {"DoesNotComeWithARevocation", "no Home Address option with a revocation indication", 16,
     "01 01 0001 0000 01020000", false},
    {"DoesNotComeWithARefreshRequest", "no Home Address option with a Binding Refresh Request", 0,
     "0000", false},
    {"DoesNotComeWithAHomeTestInit", "no Home Address option with a Home Test Init", 1,
     "0000 0102030405060708", false},
    {"DoesNotComeWithACareOfTestInit", "no Home Address option with a Care-of Test Init", 2,
     "0000 0102030405060708", false},
    {"DoesNotComeWithAHomeTest", "no Home Address option with a Home Test", 3,
     "0000 0102030405060708 0102030405060708", false},
    {"DoesNotComeWithACareOfTest", "no Home Address option with a Care-of Test", 4,
     "0000 0102030405060708 0102030405060708", false},
    {"DoesNotComeWithAnAcknowledgement", "no Home Address option with a Binding Acknowledgement", 6,
     "0000 0001 0096 01020000", false},
    {"DoesNotComeWithAnError", "no Home Address option with a Binding Error", 7,
     "0100 20010db8000f00000000000000000009", false},
    {"DoesNotComeWithAHeartbeat", "no Home Address option with a heartbeat", 13,
     "0000 00000001 01020000", false},
});
RULE_TABLE(rfc6275_6_1, with_option) {
    const MobilityHeader header{.type = row.type, .data = octets(row.data)};
    const auto parsed = wire::SignallingPacket::parse(packet(
        care_of_a, home_agent, {home_address_option(home)}, header.between(home, home_agent)));
    EXPECT_EQ(parsed.has_value(), row.may_have_it);
}

constexpr auto with_routing_header = std::to_array<Message>({
    {"RoutingHeaderComesWithAnAcknowledgement",
     "a type 2 routing header may come with a Binding Acknowledgement", 6,
     "0000 0001 0096 01020000", true},
    {"RoutingHeaderComesWithARevocation",
     "a type 2 routing header may come with a revocation indication (RFC 5846 §7)", 16,
     "01 01 0001 0000 01020000", true},
    {"RoutingHeaderDoesNotComeWithAnUpdate", "no type 2 routing header with a Binding Update", 5,
     "0001 c000 0096 01020000", false},
    {"RoutingHeaderDoesNotComeWithARefreshRequest",
     "no type 2 routing header with a Binding Refresh Request", 0, "0000", false},
    {"RoutingHeaderDoesNotComeWithAHomeTest", "no type 2 routing header with a Home Test", 3,
     "0000 0102030405060708 0102030405060708", false},
    {"RoutingHeaderDoesNotComeWithAnError", "no type 2 routing header with a Binding Error", 7,
     "0100 20010db8000f00000000000000000009", false},
    {"RoutingHeaderDoesNotComeWithTheEndOfARevocation",
     "no type 2 routing header with a revocation acknowledgement", 16, "02 00 0001 0000 01020000",
     false},
});
RULE_TABLE(rfc6275_9_5_4, with_routing_header) {
    const MobilityHeader header{.type = row.type, .data = octets(row.data)};
    const auto parsed = wire::SignallingPacket::parse(packet(
        home_agent, care_of_a, {type_2_routing_header(home)}, header.between(home_agent, home)));
    EXPECT_EQ(parsed.has_value(), row.may_have_it);
}

// The type 2 routing header, as a mobile node receives it.

std::optional<Ipv6Address> routed_to(const char* routing_header) {
    const MobilityHeader header{.type = 6, .data = octets("0000 0001 0096 01020000")};
    const auto parsed = wire::SignallingPacket::parse(packet(
        home_agent, care_of_a, {{43, octets(routing_header)}}, header.between(home_agent, home)));
    return parsed && parsed->routing_header ? std::optional(parsed->routing_header->address)
                                            : std::nullopt;
}

struct Routing {
    const char* name;
    const char* rule;
    const char* header;
    bool is_right;
};
constexpr auto routing_headers = std::to_array<Routing>({
    {"HasOneAddress",
     "the type 2 routing header has Hdr Ext Len 2, Segments Left 1 and one address",
     "02 02 01 00000000 20010db8000f00000000000000000009", true},
    {"IgnoresItsReservedField", "the reserved field of a type 2 routing header is ignored",
     "02 02 01 ffffffff 20010db8000f00000000000000000009", true},
    {"HasNotHdrExtLen0", "a type 2 routing header of Hdr Ext Len 0 is discarded",
     "00 02 01 00000000", false},
    {"HasNotHdrExtLen4",
     "a type 2 routing header of Hdr Ext Len 4, for two addresses, is discarded",
     "04 02 01 00000000 20010db8000f00000000000000000009 20010db8000f00000000000000000009", false},
    {"HasNotSegmentsLeft0", "a type 2 routing header of Segments Left 0 is discarded",
     "02 02 00 00000000 20010db8000f00000000000000000009", false},
    {"HasNotSegmentsLeft2", "a type 2 routing header of Segments Left 2 is discarded",
     "02 02 02 00000000 20010db8000f00000000000000000009", false},
    {"HasNoMulticastAddress", "a type 2 routing header with a multicast address is discarded",
     "02 02 01 00000000 ff0e0000000000000000000000000009", false},
    {"HasNoLinkLocalAddress", "a type 2 routing header with a link-local address is discarded",
     "02 02 01 00000000 fe800000000000000000000000000009", false},
    {"HasNoLoopbackAddress", "a type 2 routing header with the loopback address is discarded",
     "02 02 01 00000000 00000000000000000000000000000001", false},
    {"HasNoUnspecifiedAddress", "a type 2 routing header with the unspecified address is discarded",
     "02 02 01 00000000 00000000000000000000000000000000", false},
});
RULE_TABLE(rfc6275_6_4, routing_headers) {
    EXPECT_EQ(routed_to(row.header), row.is_right ? std::optional(home) : std::nullopt);
}

RULE(rfc6275_6_4, IsNotReversed,
     "a type 2 routing header comes from no other: an update with one binds nothing") {
    HomeAgentBench bench;
    const Bytes header = Update{}.header().between(home, home);  // where each header leads
    EXPECT_TRUE(
        bench
            .hear_packet(packet(care_of_a, home_agent,
                                {type_2_routing_header(home), home_address_option(home)}, header))
            .empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc8200_4_4, IgnoresARoutingHeaderThatIsUsedUp,
     "a routing header of an unknown type without segments left is ignored") {
    EXPECT_TRUE(binds({{43, octets("00 04 00 00000000")}, home_address_option(home)}));
}

RULE(rfc8200_4_4, DiscardsARoutingHeaderOfAnotherType,
     "a routing header of an unknown type with segments left is discarded") {
    EXPECT_FALSE(binds({{43, octets("00 04 01 00000000")}, home_address_option(home)}));
}

RULE(rfc8200_4_5, TakesAnAtomicFragment,
     "a fragment header of a packet in one piece is no obstacle") {
    EXPECT_TRUE(binds({home_address_option(home), {44, octets("00 0000 12345678")}}));
}

RULE(rfc8200_4_5, TakesNoFragment, "a fragment of an update is no update") {
    EXPECT_FALSE(binds({home_address_option(home), {44, octets("00 0001 12345678")}}));
    EXPECT_FALSE(binds({home_address_option(home), {44, octets("00 0008 12345678")}}));
}

RULE(rfc8200_4_3, TakesHopByHopOptionsFirstOnly, "hop-by-hop options come first or not at all") {
    const Extension hop_by_hop{0, octets("00 0104 00000000")};
    EXPECT_TRUE(binds({hop_by_hop, home_address_option(home)}));
    EXPECT_FALSE(binds({home_address_option(home), hop_by_hop}));
}

}  // namespace
}  // namespace godwit::conformance
