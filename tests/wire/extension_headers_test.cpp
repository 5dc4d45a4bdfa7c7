#include "shared/wire/extension_headers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "shared/wire/esp_header.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

using test::hex;
using test::octets;

struct Packet {
    Ipv6Header header;
    Bytes bytes;
};

Packet packet_with(NextHeader first, const Bytes& payload) {
    Packet packet;
    packet.header.payload_length = static_cast<std::uint16_t>(payload.size());
    packet.header.next_header = first;
    packet.header.source = test::home.address;
    packet.header.destination = test::home_agent.address;
    Writer out(packet.bytes);
    out.zeros(Ipv6Header::size);
    packet.header.write(std::span(packet.bytes).first<Ipv6Header::size>());
    out.bytes(payload);
    return packet;
}

// The chain points into the packet.
Parsed<HeaderChain> walk(const Packet& packet) {
    return walk_extension_headers(packet.header, packet.bytes);
}
Parsed<HeaderChain> walk(Packet&&) = delete;

ParseError refusal_of(NextHeader first, const Bytes& payload) {
    const Packet packet = packet_with(first, payload);
    return walk(packet).error();
}

TEST(Ipv6Header, RoundTripsEveryField) {
    const Bytes bytes = octets(
        "6abcdef1 1234 3b 2a 20010db8000f00000000000000000009 20010db8000f00000000000000000001");
    const auto header = Ipv6Header::parse(bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->traffic_class, 0xab);
    EXPECT_EQ(header->flow_label, 0xcdef1U);
    EXPECT_EQ(header->payload_length, 0x1234);
    EXPECT_EQ(header->next_header, NextHeader::none);
    EXPECT_EQ(header->hop_limit, 0x2a);
    EXPECT_EQ(header->source, test::home.address);
    EXPECT_EQ(header->destination, test::home_agent.address);
    std::array<std::uint8_t, Ipv6Header::size> written{};
    header->write(written);
    EXPECT_EQ(hex(written), hex(bytes));
}

TEST(Ipv6Header, IsOfVersionSixAndWhole) {
    Packet packet = packet_with(NextHeader::none, {});
    for (std::size_t length = 0; length < Ipv6Header::size; ++length) {
        EXPECT_EQ(Ipv6Header::parse(BytesView(packet.bytes).first(length)),
                  std::unexpected(ParseError::truncated));
    }
    packet.bytes[0] = 0x40;
    EXPECT_EQ(Ipv6Header::parse(packet.bytes), std::unexpected(ParseError::bad_version));
}

TEST(ExtensionHeaders, AreWalkedToTheUpperLayer) {
    const Packet packet = packet_with(NextHeader::hop_by_hop, octets(R"(
        2b00 050200000100
        2c00 6300 00000000
        3c00 0000 01020304
        3b01 010c 000000000000000000000000
        abcd)"));
    const auto chain = walk(packet);
    ASSERT_TRUE(chain);
    ASSERT_EQ(chain->extension_headers.size(), 4U);
    EXPECT_EQ(chain->extension_headers[0].type, NextHeader::hop_by_hop);
    EXPECT_EQ(chain->extension_headers[1].type, NextHeader::routing);
    EXPECT_EQ(chain->extension_headers[2].type, NextHeader::fragment);
    EXPECT_EQ(chain->extension_headers[3].type, NextHeader::destination_options);
    EXPECT_EQ(chain->extension_headers[3].bytes.size(), 16U);
    EXPECT_EQ(chain->upper_layer, NextHeader::none);
    EXPECT_EQ(hex(chain->payload), "abcd");
    EXPECT_EQ(chain->fragment->identification, 0x01020304U);
}

TEST(ExtensionHeaders, AreWalkedPastWithoutBeingKept) {
    const Bytes payload = octets("2c00 050200000100 1100 0051 01020304 abcd");
    const auto upper = find_upper_layer(NextHeader::hop_by_hop, payload);
    ASSERT_TRUE(upper);
    EXPECT_EQ(upper->type, NextHeader::udp);
    EXPECT_EQ(hex(upper->payload), "abcd");
    EXPECT_TRUE(upper->is_later_fragment());
    EXPECT_FALSE(find_upper_layer(NextHeader::udp, payload)->is_later_fragment());
    EXPECT_EQ(find_upper_layer(NextHeader::routing, BytesView(payload).first(9)).error(),
              ParseError::truncated);
}

TEST(ExtensionHeaders, MayBeAbsent) {
    const Packet packet = packet_with(NextHeader::udp, octets("0102"));
    const auto chain = walk(packet);
    ASSERT_TRUE(chain);
    EXPECT_TRUE(chain->extension_headers.empty());
    EXPECT_FALSE(chain->fragment);
    EXPECT_EQ(chain->upper_layer, NextHeader::udp);
    EXPECT_EQ(hex(chain->payload), "0102");
}

TEST(ExtensionHeaders, EndAtAPieceFromTheMidstOfAFragmentedPacket) {
    const Packet packet = packet_with(NextHeader::fragment, octets("3c00 0051 01020304 ffff"));
    const auto chain = walk(packet);
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->fragment->offset, 80);
    EXPECT_TRUE(chain->fragment->more_fragments);
    EXPECT_EQ(chain->upper_layer, NextHeader::destination_options);
    EXPECT_EQ(hex(chain->payload), "ffff");
}

TEST(ExtensionHeaders, AreRefusedAtEveryTruncation) {
    const Bytes headers =
        octets("3c00 050200000100 2c01 010c 000000000000000000000000 3b00 0000 01020304");
    for (std::size_t length = 0; length < headers.size(); ++length) {
        const Bytes cut(headers.begin(), headers.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_EQ(refusal_of(NextHeader::hop_by_hop, cut), ParseError::truncated) << length;
    }
    const Packet whole = packet_with(NextHeader::hop_by_hop, headers);
    EXPECT_TRUE(walk(whole));
}

TEST(ExtensionHeaders, EndWhereThePayloadLengthSaysSo) {
    Packet packet = packet_with(NextHeader::udp, octets("01020304"));
    packet.header.payload_length = 2;
    EXPECT_EQ(hex(walk(packet)->payload), "0102");
    packet.header.payload_length = 5;
    EXPECT_EQ(walk(packet).error(), ParseError::truncated);
}

TEST(ExtensionHeaders, AreNotWalkedWithoutEnd) {
    Bytes headers;
    for (std::size_t n = 1; n < max_extension_headers; ++n) {
        Writer(headers).bytes(octets("3c00 010400000000"));
    }
    Bytes at_the_limit = headers;
    Writer(at_the_limit).bytes(octets("3b00 010400000000"));
    const Packet longest = packet_with(NextHeader::destination_options, at_the_limit);
    EXPECT_TRUE(walk(longest));
    Bytes beyond = headers;
    Writer(beyond).bytes(octets("3c00 010400000000 3b00 010400000000"));
    EXPECT_EQ(refusal_of(NextHeader::destination_options, beyond),
              ParseError::bad_extension_header);
}

TEST(ExtensionHeaders, HaveHopByHopOptionsOnlyInFront) {  // RFC 8200 §4.3
    EXPECT_EQ(
        refusal_of(NextHeader::destination_options, octets("0000 010400000000 3b00 010400000000")),
        ParseError::bad_extension_header);
}

TEST(ExtensionHeaders, HaveOneFragmentHeader) {
    EXPECT_EQ(refusal_of(NextHeader::fragment, octets("2c00 0000 00000001 3b00 0000 00000002")),
              ParseError::bad_extension_header);
}

TEST(FragmentHeader, RoundTripsAndIgnoresWhatIsReserved) {
    const auto fragment = FragmentHeader::parse(octets("29ff 0ff7 01020304"));
    ASSERT_TRUE(fragment);
    EXPECT_EQ(fragment->next_header, NextHeader::ipv6);
    EXPECT_EQ(fragment->offset, 0x0ff0);
    EXPECT_TRUE(fragment->more_fragments);
    Bytes written;
    Writer out(written);
    fragment->serialize(out);
    EXPECT_EQ(hex(written), "29000ff101020304");
}

TEST(EspHeader, RoundTrips) {
    const Bytes bytes = octets("80000001 01020304");
    const auto header = EspHeader::parse(bytes);
    EXPECT_EQ(header, (EspHeader{.spi = 0x80000001, .sequence = 0x01020304}));
    std::array<std::uint8_t, EspHeader::size> written{};
    header->write(written);
    EXPECT_EQ(hex(written), hex(bytes));
    EXPECT_EQ(EspHeader::parse(BytesView(bytes).first(7)), std::unexpected(ParseError::truncated));
}

struct Limited {
    NextHeader first;
    const char* payload;
    std::optional<EncapsulationLimit> limit;
};

TEST(EncapsulationLimit, IsThatOfTheFirstDestinationOptionsHeaderThatHasOne) {  // RFC 2473 §4.1.1
    const auto destination = NextHeader::destination_options;
    const std::array<Limited, 9> packets{{
        {destination, "3b00 010100 040100", {{.further = 0, .offset = 7}}},
        {destination, "3b00 00 040107 0000", {{.further = 7, .offset = 5}}},
        {NextHeader::hop_by_hop,
         "3c00 010400000000 3c00 010400000000 3b00 010100 040105",
         {{.further = 5, .offset = 23}}},
        {destination, "3c00 010100 040102 3b00 010100 040100", {{.further = 2, .offset = 7}}},
        {destination, "3b00 010400000000", {}},
        {destination, "3b00 0402 0000 0100", {}},
        {destination, "3b00 0109 00000000", {}},
        {destination, "3b01 010100 040100", {}},
        {NextHeader::esp, "3b00 010100 040100", {}},
    }};
    for (const Limited& packet : packets) {
        const auto found = find_encapsulation_limit(packet.first, octets(packet.payload));
        ASSERT_EQ(found.has_value(), packet.limit.has_value()) << packet.payload;
        if (found) {
            EXPECT_EQ(found->further, packet.limit->further) << packet.payload;
            EXPECT_EQ(found->offset, packet.limit->offset) << packet.payload;
        }
    }
}

}  // namespace
}  // namespace godwit::wire
