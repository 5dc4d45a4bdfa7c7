#include "shared/wire/mobility_options.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

namespace godwit::wire {
namespace {

using test::every_option;
using test::hex;
using test::octets;
using test::sample_authentication;
using test::sample_authorization;

constexpr std::size_t options_offset = 12;  // in a binding update

Bytes message_with(const MobilityOptions& options) {
    Bytes message(options_offset);
    append_options(message, options);
    return message;
}

std::string written(const MobilityOptions& options) {
    return hex(BytesView(message_with(options)).subspan(options_offset));
}

// An option that occupies this many octets.
ExperimentalOption filler(std::size_t size) {
    return ExperimentalOption{Bytes(size - 2, 0xee)};
}

struct Place {
    std::uint8_t type;
    std::size_t multiple;
    std::size_t offset;
};

// RFC 6275 §6.2, RFC 3963 §4.3, RFC 4285 §5 and §6, RFC 5094 §3, RFC 5555 §3, RFC 5648 §4.3,
// RFC 5847 §3.4, RFC 6089 §4.2 with the traffic selectors of RFC 6088.
Place place_of(const std::string& name) {
    static const std::map<std::string, Place> places{
        {"binding refresh advice", {2, 2, 0}},
        {"alternate care-of address", {3, 8, 6}},
        {"nonce indices", {4, 2, 0}},
        {"mobile network prefix", {6, 8, 4}},
        {"mobile node identifier", {8, 1, 0}},
        {"replay timestamp", {10, 8, 2}},
        {"experimental", {18, 1, 0}},
        {"vendor specific", {19, 4, 2}},
        {"restart counter", {28, 4, 2}},
        {"ipv4 home address", {29, 4, 0}},
        {"ipv4 address acknowledgement", {30, 4, 0}},
        {"nat detection", {31, 4, 0}},
        {"ipv4 care-of address", {32, 4, 0}},
        {"binding identifier", {35, 2, 0}},
        {"binding identifier with ipv4", {35, 8, 2}},
        {"binding identifier with ipv6", {35, 8, 2}},
        {"flow summary", {44, 2, 0}},
        {"flow identification", {45, 8, 0}},
        {"flow identification of ipv4", {45, 4, 0}},
        {"flow identification of an unknown format", {45, 2, 0}},
        {"flow identification without sub-options", {45, 2, 0}},
        {"unknown", {250, 1, 0}},
    };
    return places.at(name);
}

TEST(MobilityOptions, StandWhereTheirRfcsWantThem) {
    for (const auto& [name, option] : every_option()) {
        for (std::size_t before = 2; before < 18; ++before) {
            MobilityOptions options{option};
            if (name != "experimental") {
                options.insert(options.begin(), filler(before));
            }
            const Place place = place_of(name);
            const Bytes message = message_with(options);
            const auto body = locate_option(message, options_offset, place.type);
            ASSERT_TRUE(body) << name;
            EXPECT_EQ((body->offset - 2) % place.multiple, place.offset) << name << ' ' << before;
            EXPECT_EQ(message.size() % 8, 0U) << name << ' ' << before;
        }
    }
}

TEST(MobilityOptions, RoundTripEachAlone) {
    for (const auto& [name, option] : every_option()) {
        const Bytes message = message_with({option});
        EXPECT_EQ(parse_options(BytesView(message).subspan(options_offset)),
                  MobilityOptions{option})
            << name;
    }
}

TEST(MobilityOptions, RoundTripAllTogetherInTheirOrder) {
    MobilityOptions options;
    for (const auto& [name, option] : every_option()) {
        options.push_back(option);
    }
    options.emplace_back(sample_authentication());
    const Bytes message = message_with(options);
    EXPECT_EQ(parse_options(BytesView(message).subspan(options_offset)), options);
}

// Padding, type, length and body as the figures of the RFCs have them, from octet 12 on.
const std::map<std::string, std::string> drawn{
    {"binding refresh advice", "0202 000c"},
    {"alternate care-of address", "0100 0310 20010db8000a00000000000000000002"},
    {"nonce indices", "0404 0102 0304 010400000000"},
    {"mobile network prefix", "0612 00 30 20010db8007700000000000000000000"},
    {"mobile node identifier", "080f 01 6d6e406578616d706c652e6f7267 010100"},
    {"replay timestamp", "010400000000 0a08 0102030405060708 01020000"},
    {"experimental", "1205 0102030405 0103000000"},
    {"vendor specific", "0100 1308 00007ed9 03 c0ffee"},
    {"restart counter", "0100 1c04 deadbeef 01020000"},
    {"ipv4 home address", "1d06 8200 0a090005 01020000"},
    {"ipv4 address acknowledgement", "1e06 82 60 0a090005 01020000"},
    {"nat detection", "1f06 8000 00000019 01020000"},
    {"ipv4 care-of address", "2006 0000 c0000207 01020000"},
    {"binding identifier", "2304 0007 04 85 010400000000"},
    {"binding identifier with ipv4", "010400000000 2308 0007 04 85 c0000207 01020000"},
    {"binding identifier with ipv6",
     "010400000000 2314 0007 04 85 20010db8000b00000000000000000002"},
    {"flow summary", "2c06 0001 0002 0102 01020000"},
    {"flow identification",
     "01020000 2d58 0001 0002 00 00"
     "034a 02 00 eeba 0000 20010db8000c00000000000000000000 20010db8000c0000000000000000ffff"
     "20010db8000f00000000000000000009 00000100 000001ff 00012345 13c4 2710 4e20 b8 11"
     "0204 0001 0002 010400000000"},
    {"flow identification of ipv4",
     "2d1e 0003 0004 00 00 0311 01 00 c208 0000 c0000200 c00002ff 0016 06 00 0202 0003 01020000"},
    {"flow identification of an unknown format",
     "2d12 0005 0006 00 00 0305 c8 00 c0ffee 00 0202 0001"},
    {"flow identification without sub-options", "2d06 0009 0000 00 84 01020000"},
    {"unknown", "fa03 010203 01050000000000"},
};

TEST(MobilityOptions, HaveTheBytesThatTheirRfcsDraw) {
    EXPECT_EQ(written({}), "01020000");
    for (const auto& [name, option] : every_option()) {
        EXPECT_EQ(written({option}), hex(octets(drawn.at(name)))) << name;
    }
}

TEST(MobilityOptions, EndWithTheAuthenticationOptionAndNoPaddingBehindIt) {
    for (std::size_t before = 2; before < 18; ++before) {
        const Bytes message = message_with({filler(before), sample_authentication()});
        const auto body = locate_option(message, options_offset, AuthenticationOption::layout.type);
        ASSERT_TRUE(body);
        EXPECT_EQ((body->offset - 2) % 4, 1U) << before;  // RFC 4285 §5: 4n + 1
        EXPECT_EQ(body->offset + body->length, message.size()) << before;
        EXPECT_EQ(message.size() % 8, 0U) << before;
    }
}

TEST(MobilityOptions, EndWithTheBindingAuthorizationDataAndNoPaddingBehindIt) {
    for (std::size_t before = 2; before < 18; ++before) {
        const Bytes message = message_with({filler(before), sample_authorization()});
        const auto body =
            locate_option(message, options_offset, BindingAuthorizationData::layout.type);
        ASSERT_TRUE(body);
        EXPECT_EQ((body->offset - 2) % 8, 2U) << before;  // RFC 6275 §6.2.7: 8n + 2
        EXPECT_EQ(body->offset + body->length, message.size()) << before;
    }
}

TEST(MobilityOptions, PadBehindAnAuthenticatorWhoseLengthCannotEndTheHeader) {
    AuthenticationOption option = sample_authentication();
    option.authenticator.resize(10);
    const Bytes message = message_with({option});
    EXPECT_EQ(message.size() % 8, 0U);
    EXPECT_EQ(parse_options(BytesView(message).subspan(options_offset)), MobilityOptions{option});
}

TEST(MobilityOptions, SkipAndKeepUnknownTypes) {  // RFC 6275 §6.2.1
    const auto options = parse_options(octets("fa03 010203 0202 000c ff00"));
    ASSERT_TRUE(options);
    EXPECT_EQ(*options,
              (MobilityOptions{UnknownOption{250, octets("010203")},
                               BindingRefreshAdvice{Lifetime(12)}, UnknownOption{255, {}}}));
    EXPECT_EQ(find<BindingRefreshAdvice>(*options)->refresh_interval, Lifetime(12));
    EXPECT_EQ(find<NonceIndices>(*options), nullptr);
}

TEST(MobilityOptions, TakePaddingOfAnyKindAnywhere) {
    EXPECT_EQ(parse_options(octets("00 00 0100 0101ff 0202 000c 00 0103abcdef")),
              (MobilityOptions{BindingRefreshAdvice{Lifetime(12)}}));
    EXPECT_EQ(parse_options({}), MobilityOptions{});
}

TEST(MobilityOptions, ThatOverrunAreRefused) {
    for (const auto& [name, option] : every_option()) {
        Bytes option_bytes = message_with({option});
        const auto body = locate_option(option_bytes, options_offset, place_of(name).type).value();
        const std::size_t end = body.offset + body.length;
        for (std::size_t cut = body.offset - 1; cut < end; ++cut) {
            const BytesView truncated = BytesView(option_bytes).first(cut).subspan(body.offset - 2);
            EXPECT_EQ(parse_options(truncated), std::unexpected(ParseError::bad_option))
                << name << ' ' << cut;
        }
    }
    EXPECT_EQ(parse_options(octets("01")), std::unexpected(ParseError::bad_option));
    EXPECT_EQ(parse_options(octets("010300")), std::unexpected(ParseError::bad_option));
}

// Tries every length byte with as many octets as it promises.
std::set<std::size_t> accepted_lengths(std::uint8_t type) {
    std::set<std::size_t> accepted;
    for (unsigned length = 0; length <= 255; ++length) {
        Bytes option{type, static_cast<std::uint8_t>(length)};
        option.resize(2 + length, 0x01);
        if (parse_options(option)) {
            accepted.insert(length);
        }
    }
    return accepted;
}

TEST(MobilityOptions, OfFixedLengthAreRefusedAtAnyOther) {
    const std::map<std::uint8_t, std::set<std::size_t>> lengths{
        {2, {2}},  {3, {16}}, {4, {4}},  {5, {12}}, {6, {18}}, {10, {8}},
        {28, {4}}, {29, {6}}, {30, {6}}, {31, {6}}, {32, {6}}, {35, {4, 8, 20}},
    };
    for (const auto& [type, expected] : lengths) {
        EXPECT_EQ(accepted_lengths(type), expected) << unsigned{type};
    }
}

TEST(MobilityOptions, OfVariableLengthAreRefusedBelowTheirFixedPart) {
    EXPECT_EQ(*accepted_lengths(8).begin(), 1U);   // RFC 4283 §3: subtype
    EXPECT_EQ(*accepted_lengths(9).begin(), 5U);   // RFC 4285 §5: subtype and SPI
    EXPECT_EQ(*accepted_lengths(18).begin(), 0U);  // RFC 5096 §4
    EXPECT_EQ(*accepted_lengths(19).begin(), 5U);  // RFC 5094 §3: vendor and subtype
    EXPECT_EQ(*accepted_lengths(44).begin(), 2U);  // RFC 6089 §4.2.2: one FID
    EXPECT_EQ(*accepted_lengths(45).begin(), 6U);  // RFC 6089 §4.2
    EXPECT_EQ(accepted_lengths(18).size(), 256U);
    EXPECT_EQ(accepted_lengths(250).size(), 256U);  // not known
}

TEST(MobilityOptions, RefuseAPrefixLongerThan128Bits) {
    Bytes option = octets("0612 0080 20010db8007700000000000000000000");
    EXPECT_TRUE(parse_options(option));
    option[3] = 129;
    EXPECT_EQ(parse_options(option), std::unexpected(ParseError::bad_option));
}

TEST(MobilityOptions, IgnoreReservedBits) {
    EXPECT_EQ(parse_options(octets("2d06 0001 0002 ff 00")),
              parse_options(octets("2d06 0001 0002 00 00")));
    EXPECT_EQ(parse_options(octets("1d06 81ff 0a090005")),
              parse_options(octets("1d06 8000 0a090005")));
    EXPECT_EQ(parse_options(octets("1f06 ffff 00000019")),
              parse_options(octets("1f06 8000 00000019")));
    EXPECT_EQ(parse_options(octets("2006 ffff c0000207")),
              parse_options(octets("2006 0000 c0000207")));
    EXPECT_EQ(parse_options(octets("1e06 00 83 0a090005")),
              parse_options(octets("1e06 00 80 0a090005")));
}

TEST(MobilityOptions, RefuseWhatFollowsAnAuthenticator) {
    const std::string authorization = "050c b0b1b2b3b4b5b6b7b8b9babb";
    const std::string authentication = "0909 01 80000001 aaaaaaaa";
    const auto refused = std::unexpected(ParseError::bad_option);
    EXPECT_TRUE(parse_options(octets(authorization)));
    EXPECT_EQ(parse_options(octets(authorization + "0202000c")), refused);
    EXPECT_EQ(parse_options(octets(authorization + "00")), refused);  // RFC 6275 §6.2.7
    EXPECT_EQ(parse_options(octets(authentication + "0202000c")), refused);
    EXPECT_EQ(parse_options(octets(authentication + "fa00")), refused);
    EXPECT_TRUE(parse_options(octets(authentication + "0100 00")));
    EXPECT_TRUE(parse_options(octets(authentication + authentication)));  // MN-HA, then MN-AAA
}

TEST(MobilityOptions, AreLocatedByType) {
    const Bytes message = octets("3b000000 0000 0000 00 fa01ff 0202000c");
    const auto body = locate_option(message, 8, 2);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->offset, 14U);
    EXPECT_EQ(body->length, 2U);
    EXPECT_FALSE(locate_option(message, 8, 3));
    EXPECT_FALSE(locate_option(message, 100, 2));
    EXPECT_FALSE(locate_option(BytesView(message).first(15), 8, 2));  // it overruns
}

}  // namespace
}  // namespace godwit::wire
