// RFC 6275 §6.2, §6.2.1 to §6.2.3, §6.2.7, RFC 4285 §5: the list of options in a message, whatever
// they are.

#include <algorithm>

#include "shared/wire/mobility_options.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using wire::MobilityOptions;
using wire::parse_options;

constexpr const char* advice = "0202 000c";
const MobilityOptions only_advice{wire::BindingRefreshAdvice{wire::Lifetime(12)}};

std::optional<wire::ParseError> fault_of(const Bytes& options) {
    const auto read = parse_options(options);
    return read ? std::nullopt : std::optional(read.error());
}
MobilityOptions with(const MobilityOptions& options, std::uint8_t unknown, const Bytes& data) {
    MobilityOptions more = options;
    more.insert(more.begin(), wire::UnknownOption{unknown, data});
    return more;
}

RULE(rfc6275_6_2_1, SkipsEveryUnknownType,
     "an option of any type that is not known is skipped, and the next one is read") {
    std::size_t unknown = 0;
    for (unsigned type = 2; type < 256; ++type) {
        const Bytes options =
            joined({option(static_cast<std::uint8_t>(type), Bytes(4, 0xaa)), octets(advice)});
        const auto read = parse_options(options);
        if (read && std::holds_alternative<wire::UnknownOption>(read->front())) {
            ++unknown;
            EXPECT_EQ(*read, with(only_advice, static_cast<std::uint8_t>(type), Bytes(4, 0xaa)));
        }
    }
    EXPECT_EQ(unknown, 254U - 18U) << "18 types are known, but for padding";
}

RULE(rfc6275_6_2_1, SkipsAnUnknownTypeOfAnyLength,
     "an unknown option may have any length, 0 and 255 too") {
    for (const std::size_t length : {0U, 1U, 7U, 254U, 255U}) {
        EXPECT_EQ(parse_options(joined({option(200, Bytes(length, 9)), octets(advice)})),
                  with(only_advice, 200, Bytes(length, 9)))
            << length;
    }
}

RULE(rfc6275_6_2_1, LengthDoesNotCountTypeAndLength,
     "Option Length does not count the type and length octets") {
    EXPECT_EQ(parse_options(octets("c802 aabb 0202 000c")), with(only_advice, 200, {0xaa, 0xbb}));
}

RULE(rfc6275_6_2_1, AnOptionEndsWithinItsHeader,
     "an option that overruns its header is malformed") {
    EXPECT_EQ(fault_of(octets("c803 aabb")), wire::ParseError::bad_option);
    EXPECT_TRUE(parse_options(octets("c802 aabb")));
}

RULE(rfc6275_6_2_1, AKnownOptionEndsWithinItsHeaderToo,
     "a known option that overruns its header is malformed") {
    EXPECT_EQ(fault_of(octets("0202 00")), wire::ParseError::bad_option);
}

RULE(rfc6275_6_2_1, AnOptionHasALength, "a header that ends behind an option's type is malformed") {
    EXPECT_EQ(fault_of(octets("0202 000c 02")), wire::ParseError::bad_option);
    EXPECT_EQ(fault_of(octets("0202 000c c8")), wire::ParseError::bad_option);
}

RULE(rfc6275_6_2_1, AnOptionMayBeThereTwice, "the same option twice is two options") {
    EXPECT_EQ(parse_options(octets("0202 000c 0202 000c")).value().size(), 2U);
}

RULE(rfc6275_6_2, OptionsComeInAnyOrder, "the order of options does not matter") {
    const auto one = parse_options(octets("0202 000c 0404 0001 0002"));
    const auto other = parse_options(octets("0404 0001 0002 0202 000c"));
    ASSERT_TRUE(one && other && one->size() == 2 && other->size() == 2);
    EXPECT_EQ(*wire::find<wire::NonceIndices>(*one), *wire::find<wire::NonceIndices>(*other));
    EXPECT_EQ(*wire::find<wire::BindingRefreshAdvice>(*one),
              *wire::find<wire::BindingRefreshAdvice>(*other));
}

RULE(rfc6275_6_2, AMessageMayHaveNoOptions, "a message may have no option at all") {
    EXPECT_EQ(parse_options({}), MobilityOptions());
}

RULE(rfc6275_6_2_2, Pad1IsOneOctet, "Pad1 is the octet 0 alone, without a length") {
    EXPECT_EQ(parse_options(octets("00 0202 000c 00 00")), only_advice);
}

RULE(rfc6275_6_2_2, PaddingOfOneOctetIsPad1, "where one octet is to be padded, Pad1 is sent") {
    Bytes message(12);
    wire::append_options(message, {wire::ExperimentalOption{}, wire::ExperimentalOption{{1}}});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)),
              "1200"
              "120101"
              "010500000000"
              "00");
}

RULE(rfc6275_6_2_2, PaddingOfOneOctetIsPad1AtTheEnd,
     "one octet short of 8n, the message ends in Pad1") {
    Bytes message(12);
    wire::append_options(message, {wire::ExperimentalOption{{1}}});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)), "12010100");
}

RULE(rfc6275_6_2_3, PadNCountsWhatFollows, "PadN of N octets has length N - 2") {
    Bytes message(12);
    wire::append_options(message, {});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)), "01020000");
}

RULE(rfc6275_6_2_3, PadNMayHaveLength0, "PadN of two octets has length 0") {
    EXPECT_EQ(parse_options(octets("0100 0202 000c")), only_advice);
    Bytes message(12);
    wire::append_options(message, {wire::ExperimentalOption{}});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)), "12000100");
}

RULE(rfc6275_6_2_3, ContentOfPadNIsIgnored,
     "what stands in PadN is ignored, though it should be zero") {
    EXPECT_EQ(parse_options(octets("0104 0202ffff 0202 000c")), only_advice);
}

RULE(rfc6275_6_2_3, PadNMayBeLong,
     "PadN may be longer than any alignment needs, up to 257 octets") {
    EXPECT_EQ(parse_options(joined({option(1, Bytes(255)), octets(advice)})), only_advice);
}

RULE(rfc6275_6_2_3, PadNEndsWithinItsHeader, "PadN that overruns its header is malformed") {
    EXPECT_FALSE(parse_options(octets("0202 000c 0103 0000")));
}

RULE(rfc6275_6_2_7, AuthorizationDataComesLast,
     "an option behind the Binding Authorization Data makes the message malformed") {
    const Bytes authorization = option(5, Bytes(12, 7));
    EXPECT_TRUE(parse_options(joined({octets("0404 0001 0002"), authorization})));
    EXPECT_FALSE(parse_options(joined({authorization, octets("0404 0001 0002")})));
    EXPECT_FALSE(parse_options(joined({authorization, octets("c800")})));
    EXPECT_FALSE(parse_options(joined({authorization, authorization})));
}

RULE(rfc6275_6_2_7, AuthorizationDataHasNoPaddingBehindIt,
     "padding behind the Binding Authorization Data makes the message malformed") {
    const Bytes authorization = option(5, Bytes(12, 7));
    EXPECT_FALSE(parse_options(joined({authorization, octets("00")})));
    EXPECT_FALSE(parse_options(joined({authorization, octets("0100")})));
}

RULE(rfc6275_6_2_7, AuthorizationDataEndsTheHeader,
     "the Binding Authorization Data is put where it ends the header, the padding before it") {
    Bytes message(12);
    wire::append_options(
        message, {wire::NonceIndices{.home = 1, .care_of = 2}, wire::BindingAuthorizationData{}});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)),
              "040400010002"
              "050c000000000000000000000000");
}

RULE(rfc4285_5, AuthenticationComesLast,
     "an option behind the mobility message authentication option makes the message malformed") {
    const Bytes authentication = option(9, octets("01 80000001 01020304"));
    EXPECT_TRUE(parse_options(joined({octets(advice), authentication})));
    EXPECT_FALSE(parse_options(joined({authentication, octets(advice)})));
    EXPECT_FALSE(parse_options(joined({authentication, octets("c800")})));
}

RULE(rfc4285_5, TwoAuthenticationsMayFollowEachOther,
     "the option of the mobile node and its AAA may follow that of its home agent") {
    const Bytes by_home_agent = option(9, octets("01 80000001 01020304"));
    const Bytes by_aaa = option(9, octets("02 80000001 01020304"));
    EXPECT_EQ(parse_options(joined({by_home_agent, by_aaa})).value().size(), 2U);
}

RULE(rfc4285_5, AuthenticationEndsTheHeader,
     "the authentication option is put where it ends the header, at 4n+1") {
    Bytes message(12);
    wire::append_options(message,
                         {wire::AuthenticationOption{.spi = 1, .authenticator = Bytes(16)}});
    EXPECT_EQ(message.size() % 8, 0U);
    const std::size_t place = message.size() - 2 - 5 - 16;
    EXPECT_EQ(message[place], 9);
    EXPECT_EQ(place % 4, 1U);
}

}  // namespace
}  // namespace godwit::conformance
