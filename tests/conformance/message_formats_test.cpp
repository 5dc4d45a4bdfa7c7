// What stands where in each message: RFC 6275 §6.1.2 to §6.1.9, RFC 5096, 5142, 5846, 5847. Each
// case has the octets that the RFC draws; they are read and written.

#include <functional>

#include "shared/wire/mobility_header.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using wire::MobilityMessage;
using wire::SequenceNumber;

const Ipv6Address here = ip("2001:db8:f::9");
const Ipv6Address there = ip("2001:db8:f::1");

wire::Parsed<MobilityMessage> read(std::uint8_t type, BytesView data) {
    const MobilityHeader header{.type = type, .data = Bytes(data.begin(), data.end())};
    return wire::parse_mobility_header(header.between(here, there), {here, there});
}
std::optional<wire::ParseError> fault_of(std::uint8_t type, BytesView data) {
    const auto message = read(type, data);
    return message ? std::nullopt : std::optional(message.error());
}
Bytes written(const MobilityMessage& message) {
    return wire::serialize_mobility_header(message, {here, there});
}

struct Format {
    std::string name;
    std::string rule;
    std::uint8_t type;
    const char* data;
    MobilityMessage message;
};

const std::array formats{
    Format{"OfABindingRefreshRequest",
           "a Binding Refresh Request has 2 reserved octets, and no more", 0, "0000",
           wire::BindingRefreshRequest{}},
    Format{"OfAHomeTestInit", "a Home Test Init has its cookie behind 2 reserved octets", 1,
           "0000 0102030405060708", wire::HomeTestInit{.cookie = {1, 2, 3, 4, 5, 6, 7, 8}}},
    Format{"OfACareOfTestInit", "a Care-of Test Init has its cookie behind 2 reserved octets", 2,
           "0000 0102030405060708", wire::CareOfTestInit{.cookie = {1, 2, 3, 4, 5, 6, 7, 8}}},
    Format{"OfAHomeTest", "a Home Test has the nonce index, the cookie and the keygen token", 3,
           "abcd 0102030405060708 1112131415161718",
           wire::HomeTest{.nonce_index = 0xabcd,
                          .cookie = {1, 2, 3, 4, 5, 6, 7, 8},
                          .keygen_token = {17, 18, 19, 20, 21, 22, 23, 24}}},
    Format{"OfACareOfTest", "a Care-of Test has the nonce index, the cookie and the keygen token",
           4, "abcd 0102030405060708 1112131415161718",
           wire::CareOfTest{.nonce_index = 0xabcd,
                            .cookie = {1, 2, 3, 4, 5, 6, 7, 8},
                            .keygen_token = {17, 18, 19, 20, 21, 22, 23, 24}}},
    Format{"OfABindingUpdate", "a Binding Update has Sequence #, 16 flags and Lifetime", 5,
           "1234 c000 5678 01020000",
           wire::BindingUpdate{.sequence = SequenceNumber(0x1234),
                               .acknowledge = true,
                               .home_registration = true,
                               .lifetime = wire::Lifetime(0x5678)}},
    Format{
        "OfABindingAcknowledgement",
        "a Binding Acknowledgement has Status, 8 flags, Sequence # and Lifetime", 6,
        "87 00 1234 5678 01020000",
        wire::BindingAcknowledgement{.status = wire::BindingStatus::sequence_number_out_of_window,
                                     .sequence = SequenceNumber(0x1234),
                                     .lifetime = wire::Lifetime(0x5678)}},
    Format{"OfABindingError", "a Binding Error has Status, a reserved octet and the home address",
           7, "02 00 20010db8000f00000000000000000009",
           wire::BindingError{.status = wire::BindingErrorStatus::unrecognized_message_type,
                              .home = {here}}},
    Format{"OfAnExperimentalMessage", "an experimental message has any octets (RFC 5096)", 11,
           "0102030405060708090a", wire::ExperimentalMessage{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}},
    Format{"OfAHomeAgentSwitch", "a Home Agent Switch counts its addresses (RFC 5142 §4.1)", 12,
           "01 00 20010db8000f00000000000000000001",
           wire::HomeAgentSwitch{.home_agents = {{there}}}},
    Format{"OfAHomeAgentSwitchWithoutAddresses",
           "a Home Agent Switch may have no address (RFC 5142 §4.1)", 12, "00 00",
           wire::HomeAgentSwitch{}},
    Format{"OfAHeartbeatRequest",
           "a heartbeat has U, R and 32 bits of sequence number (RFC 5847 §3.3)", 13,
           "0000 12345678 01020000", wire::Heartbeat{.sequence = 0x12345678}},
    Format{"OfAHeartbeatResponse", "R of a heartbeat is its last bit (RFC 5847 §3.3)", 13,
           "0001 12345678 01020000", wire::Heartbeat{.response = true, .sequence = 0x12345678}},
    Format{"OfAnUnsolicitedHeartbeat", "U of a heartbeat stands before R (RFC 5847 §3.3)", 13,
           "0003 12345678 01020000",
           wire::Heartbeat{.unsolicited = true, .response = true, .sequence = 0x12345678}},
    Format{
        "OfARevocationIndication",
        "a revocation indication is type 1, with trigger, number and P, V, G (RFC 5846 §6.1.1)", 16,
        "01 01 1234 0000 01020000",
        wire::BindingRevocationIndication{.trigger = wire::RevocationTrigger::administrative_reason,
                                          .sequence = SequenceNumber(0x1234)}},
    Format{
        "OfARevocationAcknowledgement",
        "a revocation acknowledgement is type 2, with status, number and P, V, G (RFC 5846 §6.1.2)",
        16, "02 00 1234 0000 01020000",
        wire::BindingRevocationAcknowledgement{.status = wire::RevocationStatus::success,
                                               .sequence = SequenceNumber(0x1234)}},
};
RULE_TABLE(rfc6275_6_1, formats) {
    const auto message = read(row.type, octets(row.data));
    ASSERT_TRUE(message) << name(message.error());
    EXPECT_EQ(*message, row.message);
    const Bytes header = written(row.message);
    EXPECT_EQ(header[2], row.type);
    EXPECT_EQ(test::hex(BytesView(header).subspan(6)), test::hex(octets(row.data)));
}

// Flags, each alone.

struct Flag {
    const char* name;
    const char* rule;
    std::uint16_t bit;
    bool wire::BindingUpdate::* field;
};
constexpr auto flags = std::to_array<Flag>({
    {"AIsBit8000", "A is the first flag", 0x8000, &wire::BindingUpdate::acknowledge},
    {"HIsBit4000", "H is the second flag", 0x4000, &wire::BindingUpdate::home_registration},
    {"LIsBit2000", "L is the third flag", 0x2000, &wire::BindingUpdate::link_local_compatibility},
    {"KIsBit1000", "K is the fourth flag", 0x1000, &wire::BindingUpdate::key_management_mobility},
    {"RIsBit0400", "R is the sixth flag (RFC 3963 §4.1)", 0x0400,
     &wire::BindingUpdate::mobile_router},
    {"FIsBit0100", "F is the eighth flag (RFC 5555 §3.1.3)", 0x0100,
     &wire::BindingUpdate::force_udp_encapsulation},
    {"OIsBit0040", "O is the tenth flag (RFC 5648 §4.2)", 0x0040, &wire::BindingUpdate::overwrite},
});
RULE_TABLE(rfc6275_6_1_7, flags) {
    const auto message = read(5, joined({octets("0001"), two(row.bit), octets("0096 01020000")}));
    wire::BindingUpdate expected{.sequence = SequenceNumber(1), .lifetime = wire::Lifetime(150)};
    expected.*row.field = true;
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, MobilityMessage(expected));
    EXPECT_EQ(two_at(written(expected), 8), row.bit);
}

struct AnswerFlag {
    const char* name;
    const char* rule;
    std::uint8_t bit;
    bool wire::BindingAcknowledgement::* field;
};
constexpr auto answer_flags = std::to_array<AnswerFlag>({
    {"KIsBit80", "K is the first flag of an acknowledgement", 0x80,
     &wire::BindingAcknowledgement::key_management_mobility},
    {"RIsBit40", "R is the second flag of an acknowledgement (RFC 3963 §4.2)", 0x40,
     &wire::BindingAcknowledgement::mobile_router},
});
RULE_TABLE(rfc6275_6_1_8, answer_flags) {
    const auto message = read(6, joined({Bytes{0, row.bit}, octets("0001 0096 01020000")}));
    wire::BindingAcknowledgement expected{.sequence = SequenceNumber(1),
                                          .lifetime = wire::Lifetime(150)};
    expected.*row.field = true;
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, MobilityMessage(expected));
    EXPECT_EQ(written(expected).at(7), row.bit);
}

// Reserved fields: the same message comes out, whatever stands in them.

struct Reserved {
    const char* name;
    const char* rule;
    std::uint8_t type;
    const char* with_zeros;
    const char* with_ones;
};
constexpr auto reserved_fields = std::to_array<Reserved>({
    {"OfARefreshRequestIsIgnored", "the reserved field of a Binding Refresh Request is ignored", 0,
     "0000", "ffff"},
    {"OfAHomeTestInitIsIgnored", "the reserved field of a Home Test Init is ignored", 1,
     "0000 0102030405060708", "ffff 0102030405060708"},
    {"OfACareOfTestInitIsIgnored", "the reserved field of a Care-of Test Init is ignored", 2,
     "0000 0102030405060708", "ffff 0102030405060708"},
    {"OfAnUpdateIsIgnored", "the reserved bits of a Binding Update are ignored", 5,
     "0001 c000 0096 01020000", "0001 cabf 0096 01020000"},
    {"OfAnAcknowledgementIsIgnored", "the reserved bits of a Binding Acknowledgement are ignored",
     6, "00 00 0001 0096 01020000", "00 3f 0001 0096 01020000"},
    {"OfAnErrorIsIgnored", "the reserved octet of a Binding Error is ignored", 7,
     "0100 20010db8000f00000000000000000009", "01ff 20010db8000f00000000000000000009"},
    {"OfAHomeAgentSwitchIsIgnored", "the reserved octet of a Home Agent Switch is ignored", 12,
     "0000", "00ff"},
    {"OfAHeartbeatIsIgnored", "the 14 reserved bits of a heartbeat are ignored", 13,
     "0001 00000007 01020000", "fffd 00000007 01020000"},
    {"OfARevocationIndicationIsIgnored",
     "the 13 reserved bits of a revocation indication are ignored", 16, "01 01 0001 0000 01020000",
     "01 01 0001 1fff 01020000"},
    {"OfARevocationAcknowledgementIsIgnored",
     "the 13 reserved bits of a revocation acknowledgement are ignored", 16,
     "02 00 0001 0000 01020000", "02 00 0001 1fff 01020000"},
});
RULE_TABLE(rfc6275_6_1, reserved_fields) {
    // 0xcabf has every bit set but those of L, K, R, F and O.
    const auto zeros = read(row.type, octets(row.with_zeros));
    const auto ones = read(row.type, octets(row.with_ones));
    ASSERT_TRUE(zeros);
    ASSERT_TRUE(ones);
    EXPECT_EQ(*zeros, *ones);
}

RULE(rfc5142_4, CountsAddressesThatAreThere,
     "a Home Agent Switch that counts more addresses than it has is no message") {
    EXPECT_FALSE(read(12, octets("02 00 20010db8000f00000000000000000001 010400000000")));
}

RULE(rfc5846_6_1, IsOneOfTwoTypes,
     "a Binding Revocation message of a type other than 1 and 2 is none") {
    EXPECT_EQ(fault_of(16, octets("00 00 0001 0000 01020000")),
              wire::ParseError::unknown_message_type);
    EXPECT_EQ(fault_of(16, octets("03 00 0001 0000 01020000")),
              wire::ParseError::unknown_message_type);
}

struct RevocationFlag {
    const char* name;
    const char* rule;
    const char* data;
    bool wire::BindingRevocationIndication::* field;
};
constexpr auto revocation_flags = std::to_array<RevocationFlag>({
    {"PIsBit8000", "P of a revocation is the first flag", "01 01 0001 8000 01020000",
     &wire::BindingRevocationIndication::proxy_binding},
    {"VIsBit4000", "V of a revocation is the second flag", "01 01 0001 4000 01020000",
     &wire::BindingRevocationIndication::ipv4_home_address_only},
    {"GIsBit2000", "G of a revocation is the third flag", "01 01 0001 2000 01020000",
     &wire::BindingRevocationIndication::global},
});
RULE_TABLE(rfc5846_6_1, revocation_flags) {
    const auto message = read(16, octets(row.data));
    wire::BindingRevocationIndication expected{
        .trigger = wire::RevocationTrigger::administrative_reason, .sequence = SequenceNumber(1)};
    expected.*row.field = true;
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, MobilityMessage(expected));
}

}  // namespace
}  // namespace godwit::conformance
