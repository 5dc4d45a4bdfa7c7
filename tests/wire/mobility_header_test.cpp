#include "shared/wire/mobility_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/type2_routing_header.hpp"
#include "shared/wire/udp_header.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

namespace godwit::wire {
namespace {

using test::every_message;
using test::octets;

const PseudoHeader addresses{test::home.address, test::home_agent.address};

Parsed<MobilityMessage> parse(BytesView in) {
    return parse_mobility_header(in, addresses);
}

// Bytes whose checksum is made right first, so that the other checks are reached.
Parsed<MobilityMessage> parse_with_checksum(Bytes in) {
    write_checksum(in, addresses);
    return parse(in);
}

Bytes update_bytes() {
    return serialize_mobility_header(BindingUpdate{}, addresses);
}

TEST(MobilityHeader, RoundTripsEveryMessage) {
    for (const auto& [name, message] : every_message()) {
        const Bytes bytes = serialize_mobility_header(message, addresses);
        EXPECT_EQ(bytes.size() % 8, 0U) << name;
        EXPECT_EQ(bytes[1], bytes.size() / 8 - 1) << name;
        if (name != "experimental message") {
            EXPECT_EQ(parse(bytes), message) << name;
        }
    }
}

TEST(MobilityHeader, RoundTripsEveryMessageWithoutOptions) {
    for (auto [name, message] : every_message()) {
        std::visit(
            [](auto& known) {
                if constexpr (requires { known.options; }) {
                    known.options.clear();
                }
            },
            message);
        const Bytes bytes = serialize_mobility_header(message, addresses);
        if (name != "experimental message") {
            EXPECT_EQ(parse(bytes), message) << name;
        }
    }
}

TEST(MobilityHeader, RefusesEveryTruncationOfEveryMessage) {
    for (const auto& [name, message] : every_message()) {
        const Bytes bytes = serialize_mobility_header(message, addresses);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_EQ(parse(BytesView(bytes).first(length)), std::unexpected(ParseError::truncated))
                << name << ' ' << length;
        }
    }
}

TEST(MobilityHeader, RefusesEveryMessageCutInsideItsFixedPart) {
    // Header Len and checksum are right for what is left.
    for (const auto& [name, message] : every_message()) {
        const Bytes bytes = serialize_mobility_header(message, addresses);
        const auto least =
            std::visit([](const auto& m) { return m.minimum_header_length; }, message);
        for (std::uint8_t header_length = 0; header_length < least; ++header_length) {
            Bytes cut(bytes.begin(), bytes.begin() + 8 * (header_length + 1));
            cut[1] = header_length;
            EXPECT_EQ(parse_with_checksum(cut), std::unexpected(ParseError::bad_header_length))
                << name << ' ' << unsigned{header_length};
        }
    }
}

// RFC 6275 §6.1.2 to §6.1.9, RFC 5847 §3.3, RFC 5846 §5.
TEST(MobilityHeader, KnowsTheLeastHeaderLengthOfEachMessage) {
    EXPECT_EQ(BindingRefreshRequest::minimum_header_length, 0);
    EXPECT_EQ(HomeTestInit::minimum_header_length, 1);
    EXPECT_EQ(CareOfTestInit::minimum_header_length, 1);
    EXPECT_EQ(HomeTest::minimum_header_length, 2);
    EXPECT_EQ(CareOfTest::minimum_header_length, 2);
    EXPECT_EQ(BindingUpdate::minimum_header_length, 1);
    EXPECT_EQ(BindingAcknowledgement::minimum_header_length, 1);
    EXPECT_EQ(BindingError::minimum_header_length, 2);
    EXPECT_EQ(ExperimentalMessage::minimum_header_length, 0);
    EXPECT_EQ(HomeAgentSwitch::minimum_header_length, 0);
    EXPECT_EQ(Heartbeat::minimum_header_length, 1);
    EXPECT_EQ(BindingRevocationIndication::minimum_header_length, 1);
}

TEST(MobilityHeader, RefusesEverySingleBitThatFlips) {
    const Bytes bytes = serialize_mobility_header(every_message()[5].value, addresses);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
        EXPECT_FALSE(parse(flipped)) << bit;
    }
}

TEST(MobilityHeader, IsSummedOverItsAddresses) {
    EXPECT_EQ(
        parse_mobility_header(update_bytes(), {test::care_of_a.address, addresses.destination}),
        std::unexpected(ParseError::bad_checksum));
}

TEST(MobilityHeader, IsCheckedInTheOrderOfRfc6275) {  // §9.2
    Bytes bytes = update_bytes();
    bytes.resize(bytes.size() + 8);  // more than Header Len says
    EXPECT_EQ(parse(bytes), std::unexpected(ParseError::bad_length));
    bytes[1] = 0;  // Header Len
    write_checksum(std::span(bytes).first(8), addresses);
    EXPECT_EQ(parse(bytes), std::unexpected(ParseError::bad_header_length));
    bytes[0] = 17;  // Payload Proto
    write_checksum(std::span(bytes).first(8), addresses);
    EXPECT_EQ(parse(bytes), std::unexpected(ParseError::bad_payload_protocol));
    bytes[2] = 200;  // MH Type
    write_checksum(std::span(bytes).first(8), addresses);
    EXPECT_EQ(parse(bytes), std::unexpected(ParseError::unknown_message_type));
    bytes[4] ^= 1U;  // Checksum
    EXPECT_EQ(parse(bytes), std::unexpected(ParseError::bad_checksum));
}

TEST(MobilityHeader, KnowsNoOtherTypes) {
    for (unsigned type = 0; type <= 255; ++type) {
        Bytes bytes(24);
        bytes[0] = 59;
        bytes[1] = 2;
        bytes[2] = static_cast<std::uint8_t>(type);
        const bool known = type <= 7 || (type >= 11 && type <= 13) || type == 16;
        EXPECT_EQ(is_known_message_type(bytes[2]), known) << type;
        if (!known) {
            EXPECT_EQ(parse_with_checksum(bytes), std::unexpected(ParseError::unknown_message_type))
                << type;
        }
    }
}

TEST(MobilityHeader, IgnoresReservedFieldsAndUnknownFlags) {
    Bytes bytes = octets("3b0105ff 0000 0010 f7bf 000f 01020000");
    const auto message = parse_with_checksum(bytes);
    ASSERT_TRUE(message);
    const auto& update = std::get<BindingUpdate>(*message);
    EXPECT_TRUE(update.acknowledge && update.home_registration && update.mobile_router &&
                update.link_local_compatibility && update.key_management_mobility &&
                update.force_udp_encapsulation);
    EXPECT_FALSE(update.overwrite);
    bytes = octets("3b0106ff 0000 00 3f 0010 000f 01020000");
    const auto acknowledgement = parse_with_checksum(bytes);
    ASSERT_TRUE(acknowledgement);
    EXPECT_FALSE(std::get<BindingAcknowledgement>(*acknowledgement).key_management_mobility);
    EXPECT_FALSE(std::get<BindingAcknowledgement>(*acknowledgement).mobile_router);
}

// RFC 6275 §6.1.7, RFC 3963 §4.1, RFC 5555 §3.1.3, RFC 5648 §4.2.
TEST(BindingUpdate, HasOneBitForEachFlag) {
    const std::vector<std::pair<bool BindingUpdate::*, std::uint16_t>> flags{
        {&BindingUpdate::acknowledge, 0x8000},
        {&BindingUpdate::home_registration, 0x4000},
        {&BindingUpdate::link_local_compatibility, 0x2000},
        {&BindingUpdate::key_management_mobility, 0x1000},
        {&BindingUpdate::mobile_router, 0x0400},
        {&BindingUpdate::force_udp_encapsulation, 0x0100},
        {&BindingUpdate::overwrite, 0x0040},
    };
    for (const auto& [flag, bit] : flags) {
        BindingUpdate update;
        update.*flag = true;
        const Bytes bytes = serialize_mobility_header(update, addresses);
        EXPECT_EQ(bytes[8] << 8U | bytes[9], bit);
        EXPECT_EQ(parse(bytes), MobilityMessage(update));
    }
}

TEST(BindingUpdate, WithoutOptionsHasFourOctetsOfPaddingAndHeaderLengthOne) {  // RFC 6275 §6.1.7
    const Bytes bytes = update_bytes();
    EXPECT_EQ(bytes[1], 1);
    EXPECT_EQ(test::hex(BytesView(bytes).last<4>()), "01020000");
}

TEST(BindingRefreshRequest, WithoutOptionsNeedsNoPadding) {  // RFC 6275 §6.1.2
    EXPECT_EQ(serialize_mobility_header(BindingRefreshRequest{}, addresses).size(), 8U);
}

TEST(HomeAgentSwitch, WithoutAddressesNeedsNoPadding) {  // RFC 5142 §4
    EXPECT_EQ(serialize_mobility_header(HomeAgentSwitch{}, addresses).size(), 8U);
}

TEST(HomeAgentSwitch, ThatPromisesMoreAddressesThanItHasIsTruncated) {
    EXPECT_EQ(parse_with_checksum(octets("3b020c00 0000 0200 20010db8000e00000000000000000001")),
              std::unexpected(ParseError::truncated));
}

TEST(HomeAgentSwitch, HasRoomForAsManyAddressesAsItSays) {
    HomeAgentSwitch message;
    message.home_agents.assign(HomeAgentSwitch::max_home_agents, test::home_agent);
    message.options = {BindingRefreshAdvice{Lifetime(10)},
                       AuthenticationOption{.spi = 7, .authenticator = Bytes(16)}};
    const Bytes bytes = serialize_mobility_header(message, addresses);
    EXPECT_EQ(parse(bytes), MobilityMessage(message));
    constexpr std::size_t shortest_mtu = 1280;
    EXPECT_LE(Ipv6Header::size + UdpHeader::size + Ipv6Header::size + bytes.size(), shortest_mtu);
    EXPECT_LE(Ipv6Header::size + Type2RoutingHeader::size + bytes.size(), shortest_mtu);
}

TEST(BindingRevocation, OfAnUnknownRevocationTypeIsAnUnknownMessage) {
    EXPECT_EQ(parse_with_checksum(octets("3b011000 0000 03 00 1234 0000 01020000")),
              std::unexpected(ParseError::unknown_message_type));
}

TEST(ExperimentalMessage, IsFilledWithZerosToAMultipleOfEightOctets) {
    const ExperimentalMessage message{octets("010203")};
    const auto parsed = parse(serialize_mobility_header(message, addresses));
    EXPECT_EQ(parsed, MobilityMessage(ExperimentalMessage{octets("010203 00000000000000")}));
}

TEST(MobilityHeader, RefusesAMessageWithABrokenOption) {
    EXPECT_EQ(parse_with_checksum(octets("3b010500 0000 0010 c000 000f 0203 000c")),
              std::unexpected(ParseError::bad_option));
}

TEST(MobilityHeader, TakesTheLongestThereIs) {
    ExperimentalMessage message;
    message.data.assign(max_mobility_header - 6, 0x5a);
    const Bytes bytes = serialize_mobility_header(message, addresses);
    EXPECT_EQ(bytes.size(), max_mobility_header);
    EXPECT_EQ(parse(bytes), MobilityMessage(message));
}

}  // namespace
}  // namespace godwit::wire
