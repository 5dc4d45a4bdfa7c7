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

InitiationPayload joining() {
    InitiationPayload payload = initiation;
    payload.join = JoinRequest{.invite = {{1, 2, 3, 4, 5, 6, 7, 8}}, .proof = {0xaa, 0xbb}};
    return payload;
}

TEST(InitiationPayload, HasTheOctetsOfItsPicture) {
    const wire::Bytes octets = test::octets(
        "400000006553f10a00000000"
        "81020304"
        "03");
    EXPECT_EQ(initiation.serialize(), octets);
    EXPECT_EQ(octets.size(), InitiationPayload::length);
    EXPECT_EQ(InitiationPayload::parse(octets).value().serialize(), initiation.serialize());
}

TEST(ResponsePayload, HasTheOctetsOfItsPicture) {
    const wire::Bytes octets = test::octets("8102030402");
    EXPECT_EQ(response.serialize(), octets);
    EXPECT_EQ(octets.size(), ResponsePayload::length);
    EXPECT_EQ(ResponsePayload::parse(octets), response);
}

TEST(InitiationPayload, CanAskToJoin) {
    const wire::Bytes octets = test::octets(
        "400000006553f10a00000000"
        "81020304"
        "03"
        "0118"
        "0102030405060708"
        "aabb0000000000000000000000000000");
    EXPECT_EQ(joining().serialize(), octets);
    EXPECT_EQ(InitiationPayload::parse(octets).value().serialize(), joining().serialize());
}

TEST(ResponsePayload, CanNameAnotherKeyOfTheHomeAgent) {
    ResponsePayload next = response;
    next.next_home_agent_key = PublicKey{{0xcc}};
    const wire::Bytes octets = test::octets(
        "8102030402"
        "0120"
        "cc00000000000000000000000000000000000000000000000000000000000000");
    EXPECT_EQ(next.serialize(), octets);
    EXPECT_EQ(ResponsePayload::parse(octets), next);
}

TEST(HandshakePayload, RefusesAFieldOfAnotherLengthThanItHas) {
    for (const auto* fields : {"0100", "0102aabb"}) {
        wire::Bytes octets = initiation.serialize();
        const wire::Bytes more = test::octets(fields);
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_EQ(InitiationPayload::parse(octets).error(), wire::ParseError::bad_option) << fields;
    }
}

// The length of the one field that it ends in is one more, and so are its octets.
wire::Bytes with_a_longer_field(wire::Bytes payload, std::size_t at) {
    ++payload.at(at + 1);
    payload.push_back(0);
    return payload;
}

TEST(HandshakePayload, RefusesAFieldThatIsLongerThanItsOwn) {
    EXPECT_EQ(InitiationPayload::parse(
                  with_a_longer_field(joining().serialize(), InitiationPayload::length))
                  .error(),
              wire::ParseError::bad_option);
    ResponsePayload next = response;
    next.next_home_agent_key = PublicKey{{0xcc}};
    EXPECT_EQ(ResponsePayload::parse(with_a_longer_field(next.serialize(), ResponsePayload::length))
                  .error(),
              wire::ParseError::bad_option);
}

TEST(HandshakePayload, RefusesAFieldThatIsThereTwice) {
    wire::Bytes octets = joining().serialize();
    const wire::Bytes again(octets.begin() + InitiationPayload::length, octets.end());
    octets.insert(octets.end(), again.begin(), again.end());
    EXPECT_EQ(InitiationPayload::parse(octets).error(), wire::ParseError::bad_option);
}

TEST(HandshakePayload, NamesOneOtherKeyOfTheHomeAgentAtMost) {
    ResponsePayload next = response;
    next.next_home_agent_key = PublicKey{{0xcc}};
    wire::Bytes octets = next.serialize();
    const wire::Bytes again(octets.begin() + ResponsePayload::length, octets.end());
    octets.insert(octets.end(), again.begin(), again.end());
    EXPECT_EQ(ResponsePayload::parse(octets).error(), wire::ParseError::bad_option);
    for (const auto* fields : {"0100", "0101cc", "7700"}) {
        octets = response.serialize();
        const wire::Bytes more = test::octets(fields);
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_EQ(ResponsePayload::parse(octets).has_value(), fields[1] == '7') << fields;
    }
}

TEST(HandshakePayload, SkipsFieldsOfUnknownType) {
    for (const auto* fields : {"7700", "7703aabbcc", "7700ff02aabb"}) {
        wire::Bytes octets = initiation.serialize();
        const wire::Bytes more = test::octets(fields);
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_EQ(InitiationPayload::parse(octets).value().serialize(), initiation.serialize())
            << fields;
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
