#include "shared/security/handshake_payload.hpp"

#include <gtest/gtest.h>

#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using namespace std::chrono_literals;

const InitiationPayload initiation{
    .timestamp = Tai64n::from(std::chrono::sys_time<std::chrono::nanoseconds>(1700000000s)),
    .spi = 0x81020304,
    .suites = all_suites,
};
const ResponsePayload response{.spi = 0x81020304, .suite = Suite::chacha20_poly1305};

TEST(InitiationPayload, HasTheOctetsOfItsPicture) {
    const wire::Bytes octets = test::octets(
        "400000006553f10a00000000"
        "81020304"
        "03");
    EXPECT_EQ(initiation.serialize(), octets);
    EXPECT_EQ(octets.size(), InitiationPayload::length);
    EXPECT_EQ(InitiationPayload::parse(octets), initiation);
}

TEST(ResponsePayload, HasTheOctetsOfItsPicture) {
    const wire::Bytes octets = test::octets("8102030402");
    EXPECT_EQ(response.serialize(), octets);
    EXPECT_EQ(octets.size(), ResponsePayload::length);
    EXPECT_EQ(ResponsePayload::parse(octets), response);
}

TEST(HandshakePayload, SkipsFieldsOfUnknownType) {
    for (const auto* fields : {"0100", "0103aabbcc", "0100ff02aabb"}) {
        wire::Bytes octets = initiation.serialize();
        const wire::Bytes more = test::octets(fields);
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_EQ(InitiationPayload::parse(octets), initiation) << fields;
    }
}

TEST(HandshakePayload, RefusesFieldsThatOverrun) {
    for (const auto* fields : {"01", "0101", "0103aabb", "010001"}) {
        wire::Bytes octets = response.serialize();
        const wire::Bytes more = test::octets(fields);
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_EQ(ResponsePayload::parse(octets).error(), wire::ParseError::truncated) << fields;
    }
}

TEST(HandshakePayload, RefusesEveryTruncation) {
    const wire::Bytes first = initiation.serialize();
    for (std::size_t length = 0; length < first.size(); ++length) {
        EXPECT_FALSE(InitiationPayload::parse(wire::BytesView(first).first(length)));
    }
    const wire::Bytes second = response.serialize();
    for (std::size_t length = 0; length < second.size(); ++length) {
        EXPECT_FALSE(ResponsePayload::parse(wire::BytesView(second).first(length)));
    }
}

TEST(HandshakePayload, RefusesAnSpiWithoutTheTopBit) {
    InitiationPayload low = initiation;
    low.spi = 0x7fffffff;
    EXPECT_EQ(InitiationPayload::parse(low.serialize()).error(), wire::ParseError::bad_option);
}

}  // namespace
}  // namespace godwit::security
