// RFC 6275 §6.1.1, §9.2: the Mobility Header, and the order in which it is judged.

#include <algorithm>
#include <array>

#include "shared/wire/mobility_header.hpp"
#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

using wire::ParseError;

// What is wrong with a header that came from the home address; nothing if it is a message.
std::optional<ParseError> fault_of(BytesView header) {
    const auto message = wire::parse_mobility_header(header, {home, home_agent});
    return message ? std::nullopt : std::optional(message.error());
}
std::optional<ParseError> fault_of(const MobilityHeader& header) {
    return fault_of(header.between(home, home_agent));
}
MobilityHeader update() {
    return Update{}.header();
}

RULE(rfc6275_6_1_1, IsNextHeader135,
     "the Mobility Header is next header 135, and no other is taken") {
    HomeAgentBench bench;
    const Bytes header = update().between(home, home_agent);
    const std::vector<Extension> extensions{home_address_option(home)};
    for (unsigned protocol = 0; protocol < 256; ++protocol) {
        const Bytes bytes =
            packet(care_of_a, home_agent, extensions, header, static_cast<std::uint8_t>(protocol));
        EXPECT_EQ(!bench.hear_packet(bytes).empty(), protocol == 135) << protocol;
    }
}

RULE(rfc6275_6_1_1, CountsUnitsOfEightOctetsWithoutTheFirst,
     "Header Len counts units of 8 octets, and not the first") {
    const Bytes header = update().between(home, home_agent);
    ASSERT_EQ(header.size(), 16U);
    EXPECT_EQ(header[1], 1);
    EXPECT_EQ(fault_of(header), std::nullopt);
}

RULE(rfc6275_6_1_1, EndsWithinItsPacket,
     "a Header Len beyond the end of the packet is no message") {
    MobilityHeader header = update();
    header.header_length = 2;
    EXPECT_EQ(fault_of(header), ParseError::truncated);
}

RULE(rfc6275_6_1_1, HasNothingBehindIt,
     "what lies behind the header's own length would be without checksum, and is no message") {
    MobilityHeader header = update();
    Bytes longer = header.between(home, home_agent);
    longer.resize(longer.size() + 8);
    EXPECT_EQ(fault_of(longer), ParseError::bad_length);
}

RULE(rfc6275_6_1_1, IsAtLeastEightOctets,
     "a packet that ends within the first 8 octets is no message") {
    const Bytes header = update().between(home, home_agent);
    HomeAgentBench bench;
    for (std::size_t size = 0; size < header.size(); ++size) {
        const Bytes bytes = packet(care_of_a, home_agent, {home_address_option(home)},
                                   BytesView(header).first(size));
        EXPECT_TRUE(bench.hear_packet(bytes).empty()) << size;
    }
}

RULE(rfc6275_6_1_1, IgnoresTheReservedOctet, "the reserved octet is ignored, whatever it is") {
    for (unsigned value = 0; value < 256; ++value) {
        MobilityHeader header = update();
        header.reserved = static_cast<std::uint8_t>(value);
        EXPECT_EQ(fault_of(header), std::nullopt) << value;
    }
}

// The checksum.

RULE(rfc6275_6_1_1, IsSummedOverTheHomeAddressOfTheOption,
     "with a Home Address option the checksum is over the home address as source") {
    HomeAgentBench bench;
    const std::vector<Extension> extensions{home_address_option(home)};
    const Bytes right = update().between(home, home_agent);
    const Bytes wrong = update().between(care_of_a, home_agent);
    EXPECT_TRUE(bench.hear_packet(packet(care_of_a, home_agent, extensions, wrong)).empty());
    EXPECT_EQ(bench.hear_packet(packet(care_of_a, home_agent, extensions, right)).size(), 1U);
}

RULE(rfc6275_6_1_1, IsSummedOverTheSourceWithoutTheOption,
     "without a Home Address option the checksum is over the source of the IPv6 header") {
    BoundHomeAgent bench(10);
    const Bytes header = Update{.sequence = 11, .lifetime = 0}.header().between(home, home_agent);
    EXPECT_EQ(bench.hear_packet(packet(home, home_agent, {}, header)).size(), 1U);
}

RULE(rfc6275_6_1_1, IsSummedAsNextHeader135, "the pseudo-header's next header is 135") {
    MobilityHeader header = update();
    header.checksum = 0;
    const Bytes bytes = header.between(home, home_agent);
    header.checksum = sum_of(home, home_agent, bytes, 60);
    EXPECT_EQ(fault_of(header), ParseError::bad_checksum);
    header.checksum = sum_of(home, home_agent, bytes, 135);
    EXPECT_EQ(fault_of(header), std::nullopt);
}

RULE(rfc6275_6_1_1, IsSummedOverAllOfIt, "a change of any octet makes the checksum wrong") {
    const Bytes header = update().between(home, home_agent);
    for (std::size_t octet = 0; octet < header.size(); ++octet) {
        Bytes changed = header;
        changed[octet] ^= 0x04U;
        EXPECT_NE(fault_of(changed), std::nullopt) << octet;
    }
}

RULE(rfc6275_6_1_1, HasNoChecksumOfZeroThatMeansNone,
     "a checksum of zero does not stand for none, as it does in UDP over IPv4") {
    MobilityHeader header = update();
    header.checksum = 0;
    EXPECT_EQ(fault_of(header), ParseError::bad_checksum);
}

RULE(rfc6275_9_2, DiscardsAWrongChecksumSilently, "a wrong checksum is discarded without a word") {
    HomeAgentBench bench;
    MobilityHeader header = update();
    header.checksum = 0x1234;
    const Bytes bytes = packet(care_of_a, home_agent, {home_address_option(home)},
                               header.between(home, home_agent));
    EXPECT_TRUE(bench.hear_packet(bytes).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

// The order of the checks.

RULE(rfc6275_9_2, ChecksTheChecksumFirst,
     "a wrong checksum comes before an unknown type: there is no Binding Error then") {
    EXPECT_EQ(fault_of({.type = 99, .checksum = 0x1234}), ParseError::bad_checksum);
}

RULE(rfc6275_9_2, ChecksTheTypeBeforeThePayloadProto,
     "an unknown type comes before a wrong Payload Proto") {
    EXPECT_EQ(fault_of({.type = 99, .payload_protocol = 58}), ParseError::unknown_message_type);
}

RULE(rfc6275_9_2, ChecksThePayloadProtoBeforeTheLength,
     "a wrong Payload Proto comes before a Header Len that is too short") {
    EXPECT_EQ(fault_of({.type = 5, .payload_protocol = 58}), ParseError::bad_payload_protocol);
}

RULE(rfc6275_9_2, WantsPayloadProto59, "a Payload Proto of anything but 59 is discarded") {
    for (unsigned protocol = 0; protocol < 256; ++protocol) {
        MobilityHeader header = update();
        header.payload_protocol = static_cast<std::uint8_t>(protocol);
        EXPECT_EQ(fault_of(header),
                  protocol == 59 ? std::nullopt : std::optional(ParseError::bad_payload_protocol))
            << protocol;
    }
}

RULE(rfc6275_9_2, AnUpdateWithAnotherPayloadProtoBindsNothing,
     "an update whose Payload Proto is not 59 makes no binding") {
    HomeAgentBench bench;
    MobilityHeader header = update();
    header.payload_protocol = 6;
    EXPECT_TRUE(bench
                    .hear_packet(packet(care_of_a, home_agent, {home_address_option(home)},
                                        header.between(home, home_agent)))
                    .empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

struct Least {
    const char* name;
    const char* rule;
    std::uint8_t type;
    std::uint8_t header_length;
    const char* data;  // of a message of just that length
};
constexpr auto leasts = std::to_array<Least>({
    {"ARefreshRequestHasHeaderLen0", "a Binding Refresh Request has Header Len 0 or more", 0, 0,
     "0000"},
    {"AHomeTestInitHasHeaderLen1", "a Home Test Init has Header Len 1 or more", 1, 1,
     "0000 0102030405060708"},
    {"ACareOfTestInitHasHeaderLen1", "a Care-of Test Init has Header Len 1 or more", 2, 1,
     "0000 0102030405060708"},
    {"AHomeTestHasHeaderLen2", "a Home Test has Header Len 2 or more", 3, 2,
     "0001 0102030405060708 1112131415161718"},
    {"ACareOfTestHasHeaderLen2", "a Care-of Test has Header Len 2 or more", 4, 2,
     "0001 0102030405060708 1112131415161718"},
    {"AnUpdateHasHeaderLen1", "a Binding Update has Header Len 1 or more", 5, 1,
     "0001 c000 0096 01020000"},
    {"AnAcknowledgementHasHeaderLen1", "a Binding Acknowledgement has Header Len 1 or more", 6, 1,
     "0000 0001 0096 01020000"},
    {"AnErrorHasHeaderLen2", "a Binding Error has Header Len 2 or more", 7, 2,
     "0100 20010db8000f00000000000000000009"},
    {"AHeartbeatHasHeaderLen1", "a Heartbeat has Header Len 1 or more (RFC 5847 §3.3)", 13, 1,
     "0000 00000001 01020000"},
    {"ARevocationHasHeaderLen1", "a Binding Revocation has Header Len 1 or more (RFC 5846 §6.1)",
     16, 1, "0101 0001 0000 01020000"},
});
RULE_TABLE(rfc6275_9_2, leasts) {
    const Bytes data = octets(row.data);
    ASSERT_EQ(data.size(), 8U * row.header_length + 2);
    EXPECT_EQ(fault_of({.type = row.type, .data = data}), std::nullopt);
    for (std::uint8_t shorter = 0; shorter < row.header_length; ++shorter) {
        const auto room = BytesView(data).first(8U * shorter + 2);
        EXPECT_EQ(fault_of({.type = row.type, .data = Bytes(room.begin(), room.end())}),
                  ParseError::bad_header_length)
            << int{shorter};
    }
}

RULE(rfc6275_9_2, KnowsItsMessageTypes,
     "the types 0 to 7, 11, 12, 13 and 16 are known, and no others") {
    constexpr std::array known{0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 16};
    for (int type = 0; type < 256; ++type) {
        EXPECT_EQ(wire::is_known_message_type(static_cast<std::uint8_t>(type)),
                  std::ranges::count(known, type) == 1)
            << type;
    }
}

}  // namespace
}  // namespace godwit::conformance
