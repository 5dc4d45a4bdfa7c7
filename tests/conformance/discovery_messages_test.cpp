// The formats of RFC 6275 §6.5 to §6.8, and the anycast address of RFC 2526.

#include "shared/wire/icmpv6.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

using test::hex;
using test::ip;
using test::octets;

// Neighbor Discovery's hop limit of 255 is not asked of what comes from afar.
constexpr std::uint8_t hops_left = 58;
const PseudoHeader addresses{ip("2001:db8:a::2"), ip("2001:db8:f::1")};

Bytes with_checksum(Bytes message) {
    message[2] = message[3] = 0;
    const auto checksum = upper_layer_checksum(addresses, NextHeader::icmpv6, message);
    message[2] = static_cast<std::uint8_t>(checksum >> 8U);
    message[3] = static_cast<std::uint8_t>(checksum);
    return message;
}

Parsed<Icmpv6Message> parsed(const Bytes& message) {
    Ipv6Header header;
    header.next_header = NextHeader::icmpv6;
    header.hop_limit = hops_left;
    header.source = addresses.source;
    header.destination = addresses.destination;
    return parse_icmpv6(header, with_checksum(message));
}

std::unexpected<ParseError> refused(ParseError error) {
    return std::unexpected(error);
}

void expect_octets(const Icmpv6Message& message, const char* written) {
    const Bytes expected = with_checksum(octets(written));
    EXPECT_EQ(hex(serialize_icmpv6(message, addresses)), hex(expected));
    EXPECT_EQ(parsed(expected), message);
}

RULE(rfc2526_2, AnycastAddressOfA64,
     "the Home-Agents anycast address of a /64 ends in fdff:ffff:ffff:fffe") {
    EXPECT_EQ(home_agents_anycast(*Prefix::parse("2001:db8:f::/64")),
              ip("2001:db8:f:0:fdff:ffff:ffff:fffe"));
}

RULE(rfc2526_2, AnycastAddressOfAnotherLength,
     "with a prefix of another length ones stand before the anycast identifier") {
    EXPECT_EQ(home_agents_anycast(*Prefix::parse("2001:db8:f::/48")),
              ip("2001:db8:f:ffff:ffff:ffff:ffff:fffe"));
    EXPECT_EQ(home_agents_anycast(*Prefix::parse("2001:db8:f::/68")),
              ip("2001:db8:f:0:fff:ffff:ffff:fffe"));
    EXPECT_EQ(home_agents_anycast(*Prefix::parse("2001:db8:f::5500/120")), ip("2001:db8:f::55fe"));
}

RULE(rfc6275_6_5, RequestHasItsOctets, "type 144, code 0, identifier, 16 bits of zero") {
    expect_octets(HomeAgentDiscoveryRequest{0x1234}, "9000 0000 1234 0000");
}

RULE(rfc6275_6_6, ReplyHasItsOctets, "type 145, code 0, identifier, 16 bits of zero, addresses") {
    expect_octets(HomeAgentDiscoveryReply{0x1234, {{ip("2001:db8:f::1")}, {ip("2001:db8:f::2")}}},
                  R"(9100 0000 1234 0000 20010db8000f00000000000000000001
                     20010db8000f00000000000000000002)");
    expect_octets(HomeAgentDiscoveryReply{0x1234, {}}, "9100 0000 1234 0000");
}

RULE(rfc6275_6_6, ReplyEndsWithAWholeAddress, "the number of addresses follows from the length") {
    EXPECT_EQ(parsed(octets("9100 0000 1234 0000 20010db8000f000000000000000000")),
              refused(ParseError::truncated));
}

RULE(rfc6275_10_5_1, ReplyFitsTheMinimumMtu, "a reply is no longer than the minimum IPv6 MTU") {
    HomeAgentDiscoveryReply reply;
    reply.home_agents.resize(HomeAgentDiscoveryReply::max_home_agents);
    const std::size_t size = Ipv6Header::size + serialize_icmpv6(reply, addresses).size();
    EXPECT_LE(size, 1280U);
    EXPECT_GT(size + 16, 1280U);
}

RULE(rfc6275_6_7, SolicitationHasItsOctets, "type 146, code 0, identifier, 16 bits of zero") {
    expect_octets(MobilePrefixSolicitation{.identifier = 0x1234, .options = {}},
                  "9200 0000 1234 0000");
}

RULE(rfc6275_6_7, UnknownOptionsAreIgnored,
     "unknown options of a solicitation are ignored, and the rest is processed") {
    EXPECT_EQ(parsed(octets("9200 0000 1234 0000 fd01 000000000000")),
              Icmpv6Message(MobilePrefixSolicitation{.identifier = 0x1234, .options = {}}));
}

RULE(rfc6275_6_8, AdvertisementHasItsOctets,
     "type 147, code 0, identifier, flags, Prefix Information options") {
    MobilePrefixAdvertisement advertisement{
        .identifier = 0x1234, .managed = true, .other_configuration = false, .options = {}};
    PrefixInformation information;
    information.prefix = {ip("2001:db8:f::1"), 64};
    information.on_link = true;
    information.autonomous = true;
    information.router_address = true;
    information.valid_lifetime = Seconds(86400);
    information.preferred_lifetime = Seconds(14400);
    advertisement.options.prefixes = {information};
    expect_octets(advertisement, R"(
        9300 0000 1234 8000
        0304 40 e0 00015180 00003840 00000000 20010db8000f00000000000000000001)");
}

RULE(rfc6275_6_8, HasFlagsForManagedAndOther, "M and O are the two bits behind the identifier") {
    expect_octets(
        MobilePrefixAdvertisement{
            .identifier = 1, .managed = false, .other_configuration = true, .options = {}},
        "9300 0000 0001 4000");
}

RULE(rfc6275_6_5, ReservedFieldsAreIgnored, "reserved fields of all four messages are ignored") {
    EXPECT_EQ(parsed(octets("9000 0000 1234 ffff")),
              Icmpv6Message(HomeAgentDiscoveryRequest{0x1234}));
    EXPECT_EQ(parsed(octets("9100 0000 1234 ffff")),
              Icmpv6Message(HomeAgentDiscoveryReply{0x1234, {}}));
    EXPECT_EQ(parsed(octets("9200 0000 1234 ffff")),
              Icmpv6Message(MobilePrefixSolicitation{.identifier = 0x1234, .options = {}}));
    EXPECT_EQ(parsed(octets("9300 0000 1234 3fff")),
              Icmpv6Message(MobilePrefixAdvertisement{.identifier = 0x1234, .options = {}}));
}

RULE(rfc6275_6_5, CodeIsZero, "all four messages have code 0") {
    for (const char* message : {"9001 0000 1234 0000", "9101 0000 1234 0000", "9201 0000 1234 0000",
                                "9301 0000 1234 0000"}) {
        EXPECT_EQ(parsed(octets(message)), refused(ParseError::unexpected_protocol)) << message;
    }
}

RULE(rfc6275_6_5, CutShortIsNone, "what is cut short is none of the four messages") {
    for (const char* type : {"90", "91", "92", "93"}) {
        EXPECT_EQ(parsed(octets(std::string(type) + "00 0000 1234 00")),
                  refused(ParseError::truncated))
            << type;
    }
}

RULE(rfc6275_6_7, OptionsAreThoseOfNeighborDiscovery,
     "options have the format of Neighbor Discovery, where length 0 is none") {
    EXPECT_EQ(parsed(octets("9200 0000 1234 0000 fd00 000000000000")),
              refused(ParseError::bad_option));
    EXPECT_EQ(parsed(octets("9300 0000 1234 0000 0300 000000000000")),
              refused(ParseError::bad_option));
}

}  // namespace
}  // namespace godwit::wire
