#include <gtest/gtest.h>

#include <optional>

#include "shared/wire/destination_options.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/native_signalling.hpp"
#include "shared/wire/type2_routing_header.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

namespace godwit::wire {
namespace {

using test::care_of_a;
using test::home;
using test::home_agent;
using test::ip;
using test::octets;

// An IPv6 packet from the care-of address with these octets behind its header.
Bytes packet_with(NextHeader first, const Bytes& payload) {
    Bytes packet;
    Writer out(packet);
    out.zeros(Ipv6Header::size);
    out.bytes(payload);
    Ipv6Header header;
    header.payload_length = static_cast<std::uint16_t>(payload.size());
    header.next_header = first;
    header.source = care_of_a.address;
    header.destination = home_agent.address;
    header.write(std::span(packet).first<Ipv6Header::size>());
    return packet;
}

Parsed<SignallingPacket> parse(NextHeader first, std::string_view payload) {
    return SignallingPacket::parse(packet_with(first, octets(payload)));
}

constexpr auto destination_options = NextHeader::destination_options;
constexpr auto routing = NextHeader::routing;
constexpr std::string_view update = "3b010500 0000 0010 c000 000f 01020000";
constexpr std::string_view acknowledgement = "3b010600 0000 0000 0010 000f 01020000";
const std::string home_text = "20010db8000f00000000000000000009";
const std::string home_address_option = "8702 01020000 c910" + home_text;
const std::string type2_routing_header = "8702 0201 00000000" + home_text;

std::unexpected<ParseError> refused(ParseError error) {
    return std::unexpected(error);
}

TEST(SignallingPacket, RoundTripsInAllItsShapes) {
    SignallingPacket packet;
    packet.source = home.address;
    packet.destination = home_agent.address;
    packet.mobility_header = octets(update);
    EXPECT_EQ(SignallingPacket::parse(packet.serialize()), packet);
    packet.source = care_of_a.address;
    packet.home_address_option = home;
    EXPECT_EQ(SignallingPacket::parse(packet.serialize()), packet);
    packet.home_address_option.reset();
    packet.routing_header = home;
    packet.mobility_header = octets(acknowledgement);
    EXPECT_EQ(SignallingPacket::parse(packet.serialize()), packet);
    packet.home_address_option = home;
    packet.mobility_header = octets("3b01c800 0000 0000 0000000000000000");  // of an unknown type
    EXPECT_EQ(SignallingPacket::parse(packet.serialize()), packet);
}

TEST(SignallingPacket, SumsOverTheHomeAddressInPlaceOfTheCareOfAddress) {  // RFC 6275 §6.1.1
    SignallingPacket packet;
    packet.source = care_of_a.address;
    packet.destination = home_agent.address;
    packet.home_address_option = home;
    EXPECT_EQ(packet.pseudo_header().source, home.address);
    EXPECT_EQ(packet.pseudo_header().destination, home_agent.address);
    packet.home_address_option.reset();
    packet.routing_header = home;
    EXPECT_EQ(packet.pseudo_header().source, care_of_a.address);
    EXPECT_EQ(packet.pseudo_header().destination, home.address);
}

TEST(SignallingPacket, RefusesEveryTruncation) {
    for (const auto& [name, packet] : test::every_packet()) {
        if (!SignallingPacket::parse(packet)) {
            continue;  // ICMPv6
        }
        for (std::size_t length = 0; length < packet.size(); ++length) {
            EXPECT_EQ(SignallingPacket::parse(BytesView(packet).first(length)),
                      refused(ParseError::truncated))
                << name << ' ' << length;
        }
    }
}

TEST(SignallingPacket, LeavesOutWhatTheLinkAddedBehindThePacket) {
    Bytes packet = packet_with(NextHeader::mobility, octets(update));
    packet.resize(packet.size() + 6);
    EXPECT_EQ(SignallingPacket::parse(packet)->mobility_header, octets(update));
}

// RFC 6275 §6.1, §9.4.1, §9.4.2, §11.7.1: only a binding update comes with a Home Address option,
// and, since nothing else in it names the home address, the acknowledgement of a revocation.
TEST(SignallingPacket, TakesAHomeAddressOptionWithABindingUpdateOrTheEndOfOneOnly) {
    for (unsigned type = 0; type <= 16; ++type) {
        Bytes payload = octets(home_address_option + std::string(update));
        payload[24 + 2] = static_cast<std::uint8_t>(type);
        payload[24 + 6] = 2;  // the type of the acknowledgement of a revocation
        const auto parsed = SignallingPacket::parse(packet_with(destination_options, payload));
        const bool is_known = is_known_message_type(static_cast<std::uint8_t>(type));
        EXPECT_EQ(parsed.has_value(), type == BindingUpdate::type || type == 16 || !is_known)
            << type;
    }
}

// RFC 6275 §6.1, §9.5.4: only a binding acknowledgement comes with a type 2 routing header, and, by
// RFC 5846 §7, a revocation indication, and, by RFC 5142 §5.1, a home agent switch; and a cookie
// (RFC 5096), which answers an update as an acknowledgement does.
TEST(SignallingPacket, TakesARoutingHeaderWithWhatAHomeAgentSaysOnly) {
    for (unsigned type = 0; type <= 16; ++type) {
        Bytes payload = octets(type2_routing_header + std::string(acknowledgement));
        payload[24 + 2] = static_cast<std::uint8_t>(type);
        payload[24 + 6] = 1;  // the type of a binding revocation
        const auto parsed = SignallingPacket::parse(packet_with(routing, payload));
        const bool is_known = is_known_message_type(static_cast<std::uint8_t>(type));
        EXPECT_EQ(parsed.has_value(),
                  type == 6 || type == 11 || type == 12 || type == 16 || !is_known)
            << type;
    }
    EXPECT_EQ(parse(routing, type2_routing_header + "3b011000 0000 02 00 1234 0000 01020000"),
              refused(ParseError::bad_extension_header));
}

TEST(SignallingPacket, RefusesAHomeAddressThatIsNotUnicastRoutable) {  // RFC 6275 §9.3.1, §6.4
    for (const std::string_view text :
         {"::", "::1", "fe80::9", "ff02::1", "ff0e::1", "::ffff:192.0.2.1"}) {
        SignallingPacket packet;
        packet.source = care_of_a.address;
        packet.destination = home_agent.address;
        packet.home_address_option = HomeAddress{ip(text)};
        packet.mobility_header = octets(update);
        EXPECT_EQ(SignallingPacket::parse(packet.serialize()), refused(ParseError::bad_address))
            << text;
        packet.home_address_option.reset();
        packet.routing_header = HomeAddress{ip(text)};
        packet.mobility_header = octets(acknowledgement);
        EXPECT_EQ(SignallingPacket::parse(packet.serialize()), refused(ParseError::bad_address))
            << text;
    }
}

TEST(SignallingPacket, RefusesASecondHomeAddressOption) {  // RFC 6275 §6.3
    const std::string twice_in_one =
        "8705 01020000 c910" + home_text + "01040000 0000 c910" + home_text;
    EXPECT_EQ(parse(destination_options, twice_in_one + std::string(update)),
              refused(ParseError::bad_extension_header));
    const std::string in_two_headers = "3c02 01020000 c910" + home_text + home_address_option;
    EXPECT_EQ(parse(destination_options, in_two_headers + std::string(update)),
              refused(ParseError::bad_extension_header));
}

// Before a message that may have both: RFC 6275 §6.3 wants the option behind the routing header.
TEST(SignallingPacket, RefusesAHomeAddressOptionBeforeARoutingHeader) {
    const std::string unknown_type = "3b01c800 0000 0000 0000000000000000";
    EXPECT_EQ(parse(destination_options,
                    "2b02 01020000 c910" + home_text + type2_routing_header + unknown_type),
              refused(ParseError::bad_extension_header));
    EXPECT_TRUE(
        parse(routing, "3c02 0201 00000000" + home_text + home_address_option + unknown_type));
}

TEST(SignallingPacket, RefusesAMalformedHomeAddressOption) {
    EXPECT_EQ(parse(destination_options, "8702 01020000 c90f" + home_text + std::string(update)),
              refused(ParseError::bad_option));
    EXPECT_EQ(parse(destination_options, "8702 01020000 c911" + home_text + std::string(update)),
              refused(ParseError::bad_option));
}

TEST(SignallingPacket, SkipsUnknownDestinationOptionsOnlyIfTheirTypeAllowsIt) {  // RFC 8200 §4.2
    EXPECT_TRUE(parse(destination_options, "8700 1e0400000000" + std::string(update)));
    for (const char* const type : {"5e", "9e", "de"}) {
        EXPECT_EQ(parse(destination_options,
                        "8700 " + std::string(type) + "0400000000" + std::string(update)),
                  refused(ParseError::bad_extension_header))
            << type;
    }
}

TEST(SignallingPacket, FindsTheHomeAddressOptionWhereverItStands) {
    for (const std::string& header :
         {"8702 c910" + home_text + "01020000", "8703 01020000 00 0105 0000000000 c910" + home_text,
          "8703 010a 00000000000000000000 c910" + home_text}) {
        const auto packet = parse(destination_options, header + std::string(update));
        ASSERT_TRUE(packet) << header;
        EXPECT_EQ(packet->home_address_option, home) << header;
    }
}

TEST(SignallingPacket, RefusesARoutingHeaderThatIsNotOfItsExactShape) {  // RFC 6275 §6.4, §11.3.3
    const std::string tail = "00000000" + home_text;
    EXPECT_EQ(parse(routing, "8702 0200" + tail + std::string(acknowledgement)),
              refused(ParseError::bad_extension_header));
    EXPECT_EQ(parse(routing, "8702 0202" + tail + std::string(acknowledgement)),
              refused(ParseError::bad_extension_header));
    EXPECT_EQ(
        parse(routing, "8703 0201" + tail + "0000000000000000" + std::string(acknowledgement)),
        refused(ParseError::bad_extension_header));
    EXPECT_EQ(parse(routing, "8700 0201 00000000" + std::string(acknowledgement)),
              refused(ParseError::truncated));
    EXPECT_EQ(
        parse(routing, "2b02 0201" + tail + type2_routing_header + std::string(acknowledgement)),
        refused(ParseError::bad_extension_header));
}

TEST(SignallingPacket, IgnoresAnUnknownRoutingTypeWithoutSegmentsLeft) {  // RFC 8200 §4.4
    EXPECT_TRUE(parse(routing, "8700 6300 00000000" + std::string(update)));
    EXPECT_EQ(parse(routing, "8700 6301 00000000" + std::string(update)),
              refused(ParseError::bad_extension_header));
    EXPECT_EQ(parse(routing, "8702 0001 00000000" + home_text + std::string(update)),
              refused(ParseError::bad_extension_header));
}

TEST(SignallingPacket, IsNoFragmentUnlessTheFragmentIsTheWhole) {
    EXPECT_TRUE(parse(NextHeader::fragment, "8700 0000 01020304" + std::string(update)));
    EXPECT_EQ(parse(NextHeader::fragment, "8700 0001 01020304" + std::string(update)),
              refused(ParseError::unexpected_protocol));
    EXPECT_EQ(parse(NextHeader::fragment, "8700 0010 01020304" + std::string(update)),
              refused(ParseError::unexpected_protocol));
}

TEST(SignallingPacket, IsNothingElse) {
    EXPECT_EQ(parse(NextHeader::icmpv6, update), refused(ParseError::unexpected_protocol));
    EXPECT_EQ(parse(NextHeader::none, ""), refused(ParseError::unexpected_protocol));
    EXPECT_EQ(parse(NextHeader::mobility, "3b0005"), refused(ParseError::truncated));
    Bytes packet = packet_with(NextHeader::mobility, octets(update));
    packet[0] = 0x45;
    EXPECT_EQ(SignallingPacket::parse(packet), refused(ParseError::bad_version));
}

}  // namespace
}  // namespace godwit::wire
