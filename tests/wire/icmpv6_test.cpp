#include "shared/wire/icmpv6.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

namespace godwit::wire {
namespace {

using test::every_icmpv6_message;
using test::hex;
using test::ip;
using test::octets;

const PseudoHeader from_router{ip("fe80::1"), ip("ff02::1")};

Ipv6Header header_of(const PseudoHeader& addresses, std::uint8_t hop_limit = 255) {
    Ipv6Header header;
    header.next_header = NextHeader::icmpv6;
    header.hop_limit = hop_limit;
    header.source = addresses.source;
    header.destination = addresses.destination;
    return header;
}

void write_icmpv6_checksum(Bytes& message, const PseudoHeader& addresses) {
    message[2] = message[3] = 0;
    const auto checksum = upper_layer_checksum(addresses, NextHeader::icmpv6, message);
    message[2] = static_cast<std::uint8_t>(checksum >> 8U);
    message[3] = static_cast<std::uint8_t>(checksum);
}

Parsed<Icmpv6Message> parse_with_checksum(Bytes message, const PseudoHeader& addresses) {
    write_icmpv6_checksum(message, addresses);
    return parse_icmpv6(header_of(addresses), message);
}

std::unexpected<ParseError> refused(ParseError error) {
    return std::unexpected(error);
}

TEST(Icmpv6, RoundTripsEveryMessage) {
    for (const auto& [name, message] : every_icmpv6_message()) {
        EXPECT_EQ(parse_icmpv6(header_of(from_router), serialize_icmpv6(message, from_router)),
                  message)
            << name;
    }
}

TEST(Icmpv6, RefusesEveryTruncationOfEveryMessage) {
    for (const auto& [name, message] : every_icmpv6_message()) {
        const Bytes bytes = serialize_icmpv6(message, from_router);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_FALSE(parse_icmpv6(header_of(from_router), BytesView(bytes).first(length)))
                << name << ' ' << length;
        }
    }
}

TEST(Icmpv6, RefusesNeighborDiscoveryCutInsideItsFixedPart) {
    const std::map<std::size_t, std::size_t> fixed_parts{{3, 8}, {4, 16}, {5, 24}, {6, 24}};
    const auto messages = every_icmpv6_message();
    for (const auto& [index, size] : fixed_parts) {
        const Bytes bytes = serialize_icmpv6(messages[index].value, from_router);
        for (std::size_t length = 4; length < size; ++length) {
            const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            EXPECT_EQ(parse_with_checksum(cut, from_router), refused(ParseError::truncated))
                << messages[index].name << ' ' << length;
        }
    }
}

TEST(RouterAdvertisement, HasTheBytesOfRfc4861AndRfc6275) {
    RouterAdvertisement advertisement;
    advertisement.current_hop_limit = 64;
    advertisement.home_agent = true;
    advertisement.router_lifetime = std::chrono::duration<std::uint16_t>(1800);
    PrefixInformation information;
    information.prefix = {ip("2001:db8:f::1"), 64};
    information.on_link = true;
    information.autonomous = true;
    information.router_address = true;
    information.valid_lifetime = Seconds(86400);
    information.preferred_lifetime = Seconds(14400);
    advertisement.options.prefixes = {information};
    advertisement.options.mtu = 1500;
    advertisement.options.advertisement_interval = Milliseconds(3000);
    advertisement.options.home_agent = HomeAgentInformation{
        .preference = 10, .lifetime = std::chrono::duration<std::uint16_t>(1800)};
    Bytes expected = octets(R"(
        8600 0000 40 20 0708 00000000 00000000
        0304 40 e0 00015180 00003840 00000000 20010db8000f00000000000000000001
        0501 0000 000005dc
        0701 0000 00000bb8
        0801 0000 000a 0708)");
    write_icmpv6_checksum(expected, from_router);
    EXPECT_EQ(hex(serialize_icmpv6(advertisement, from_router)), hex(expected));
}

TEST(NeighborDiscovery, MustNotHaveCrossedARouter) {  // RFC 4861 §6.1, §7.1
    for (const auto& [name, message] : every_icmpv6_message()) {
        const auto parsed =
            parse_icmpv6(header_of(from_router, 254), serialize_icmpv6(message, from_router));
        constexpr std::uint8_t first = RouterSolicitation::type;
        constexpr std::uint8_t last = NeighborAdvertisement::type;
        const auto type = std::visit([](const auto& m) { return m.type; }, message);
        if (type >= first && type <= last) {
            EXPECT_EQ(parsed, refused(ParseError::not_from_this_link)) << name;
        } else {
            EXPECT_EQ(parsed, message) << name;
        }
    }
}

TEST(NeighborDiscovery, HasCodeZero) {
    Bytes bytes = serialize_icmpv6(RouterSolicitation{}, from_router);
    bytes[1] = 1;
    EXPECT_EQ(parse_with_checksum(bytes, from_router), refused(ParseError::unexpected_protocol));
}

TEST(RouterAdvertisement, ComesFromALinkLocalAddress) {  // RFC 4861 §6.1.2
    const PseudoHeader global{ip("2001:db8:f::1"), ip("ff02::1")};
    const Bytes bytes = serialize_icmpv6(RouterAdvertisement{}, global);
    EXPECT_EQ(parse_icmpv6(header_of(global), bytes), refused(ParseError::bad_address));
}

TEST(RouterSolicitation, FromTheUnspecifiedAddressNamesNoLinkLayerAddress) {  // RFC 4861 §6.1.1
    const PseudoHeader unspecified{{}, ip("ff02::2")};
    RouterSolicitation solicitation;
    EXPECT_TRUE(parse_icmpv6(header_of(unspecified), serialize_icmpv6(solicitation, unspecified)));
    solicitation.options.source_link_layer = LinkLayerAddress{1};
    EXPECT_EQ(parse_icmpv6(header_of(unspecified), serialize_icmpv6(solicitation, unspecified)),
              refused(ParseError::bad_address));
}

TEST(NeighborSolicitation, OfDuplicateAddressDetectionGoesToASolicitedNodeAddress) {
    NeighborSolicitation solicitation;  // RFC 4861 §7.1.1
    solicitation.target = test::home.address;
    const PseudoHeader right{{}, ip("ff02::1:ff00:9")};
    EXPECT_TRUE(parse_icmpv6(header_of(right), serialize_icmpv6(solicitation, right)));
    for (const auto& destination : {test::home.address, ip("ff02::1"), ip("ff02::2:ff00:9")}) {
        const PseudoHeader wrong{{}, destination};
        EXPECT_EQ(parse_icmpv6(header_of(wrong), serialize_icmpv6(solicitation, wrong)),
                  refused(ParseError::bad_address))
            << destination.text();
    }
    solicitation.options.source_link_layer = LinkLayerAddress{1};
    EXPECT_EQ(parse_icmpv6(header_of(right), serialize_icmpv6(solicitation, right)),
              refused(ParseError::bad_address));
}

TEST(NeighborAdvertisement, ToAMulticastAddressIsNotSolicited) {  // RFC 4861 §7.1.2
    NeighborAdvertisement advertisement;
    advertisement.target = test::home.address;
    advertisement.solicited = true;
    EXPECT_EQ(parse_icmpv6(header_of(from_router), serialize_icmpv6(advertisement, from_router)),
              refused(ParseError::bad_address));
}

TEST(NeighborDiscovery, NamesNoMulticastTarget) {
    NeighborSolicitation solicitation;
    solicitation.target = ip("ff02::1");
    EXPECT_EQ(parse_icmpv6(header_of(from_router), serialize_icmpv6(solicitation, from_router)),
              refused(ParseError::bad_address));
}

TEST(NeighborOptions, OfLengthZeroOrBeyondTheEndAreRefused) {  // RFC 4861 §4.6
    const std::string solicitation = "8500 0000 00000000";
    EXPECT_EQ(parse_with_checksum(octets(solicitation + "0100000000000000"), from_router),
              refused(ParseError::bad_option));
    EXPECT_EQ(parse_with_checksum(octets(solicitation + "0102000000000001"), from_router),
              refused(ParseError::bad_option));
    EXPECT_EQ(parse_with_checksum(octets(solicitation + "01"), from_router),
              refused(ParseError::bad_option));
    EXPECT_EQ(parse_with_checksum(octets(solicitation + "0301000000000000"), from_router),
              refused(ParseError::bad_option));
}

TEST(NeighborOptions, OfUnknownTypesAreIgnored) {
    EXPECT_EQ(parse_with_checksum(octets("8500 0000 00000000 fe01ffffffffffff 0101020000000001"),
                                  from_router),
              Icmpv6Message(
                  RouterSolicitation{{.source_link_layer = LinkLayerAddress{2, 0, 0, 0, 0, 1}}}));
}

TEST(NeighborOptions, TellOfACaptivePortal) {  // RFC 8910 §2.3
    RouterAdvertisement advertisement;
    advertisement.options.captive_portal = "https://a.example/x";  // 19 octets: three units
    const Bytes bytes = serialize_icmpv6(advertisement, from_router);
    EXPECT_EQ(hex(Bytes(bytes.begin() + 16, bytes.end())),
              hex(octets("2503 68747470733a2f2f612e6578616d706c652f78 000000")));
    EXPECT_EQ(parse_icmpv6(header_of(from_router), bytes), Icmpv6Message(advertisement));
}

TEST(NeighborOptions, TellOfACaptivePortalWithoutPaddingOrWithNothingInIt) {
    for (const char* uri : {"https://a.example/abc", ""}) {
        RouterAdvertisement advertisement;
        advertisement.options.captive_portal = uri;
        EXPECT_EQ(
            parse_icmpv6(header_of(from_router), serialize_icmpv6(advertisement, from_router)),
            Icmpv6Message(advertisement))
            << uri;
    }
}

TEST(NeighborOptions, RefuseAPrefixLongerThan128Bits) {
    RouterAdvertisement advertisement;
    advertisement.options.prefixes.resize(1);
    advertisement.options.prefixes[0].prefix.length = 129;
    EXPECT_EQ(parse_icmpv6(header_of(from_router), serialize_icmpv6(advertisement, from_router)),
              refused(ParseError::bad_option));
}

TEST(Icmpv6, ComesFromNoGroup) {  // RFC 4291 §2.7
    const PseudoHeader from_group{ip("ff02::1:ff00:9"), ip("ff02::1")};
    for (const auto& [name, message] : every_icmpv6_message()) {
        EXPECT_EQ(parse_icmpv6(header_of(from_group), serialize_icmpv6(message, from_group)),
                  refused(ParseError::bad_address))
            << name;
    }
}

TEST(Icmpv6, RefusesAWrongChecksum) {
    Bytes bytes = serialize_icmpv6(PacketTooBig{1400, octets("60")}, from_router);
    bytes.back() ^= 1U;
    EXPECT_EQ(parse_icmpv6(header_of(from_router), bytes), refused(ParseError::bad_checksum));
}

TEST(Icmpv6, RefusesOtherTypes) {
    EXPECT_EQ(parse_with_checksum(octets("8000 0000 00010001"), from_router),
              refused(ParseError::unexpected_protocol));
}

TEST(Icmpv6, CutsAnErrorToTheMinimumMtu) {  // RFC 4443 §2.4 (c)
    const PacketTooBig error{1400, Bytes(1500, 0x60)};
    EXPECT_EQ(serialize_icmpv6(error, from_router).size(), 1280U - Ipv6Header::size);
}

TEST(PacketTooBig, HasTheBytesOfRfc4443) {
    Bytes expected = octets("0200 0000 00000578 6000");
    write_icmpv6_checksum(expected, from_router);
    EXPECT_EQ(hex(serialize_icmpv6(PacketTooBig{1400, octets("6000")}, from_router)),
              hex(expected));
}

}  // namespace
}  // namespace godwit::wire
