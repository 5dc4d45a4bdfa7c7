// RFC 6275 §9.2, §9.3.3, §6.1.9: what becomes of a Mobility Header of an unknown type. In the
// laboratory profile; elsewhere strangers learn nothing of a home agent.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

Bytes of_type(std::uint8_t type, const Ipv6Address& from = care_of_a) {
    const MobilityHeader header{.type = type, .data = octets("0000")};
    return packet(from, home_agent, {}, header.between(from, home_agent));
}
Bytes of_type_behind_an_option(std::uint8_t type, const Ipv6Address& of = home) {
    const MobilityHeader header{.type = type, .data = octets("0000")};
    return packet(care_of_a, home_agent, {home_address_option(of)}, header.between(of, home_agent));
}

struct Type {
    const char* name;
    const char* rule;
    std::uint8_t type;
};
constexpr auto types = std::to_array<Type>({
    {"AnswersAFastBindingUpdate", "a Fast Binding Update (8) is answered with a Binding Error", 8},
    {"AnswersAFastAcknowledgement", "a Fast Binding Acknowledgement (9) is answered so", 9},
    {"AnswersAFastNeighborAdvertisement", "a Fast Neighbor Advertisement (10) is answered so", 10},
    {"AnswersAHandoverInitiate", "a Handover Initiate (14) is answered so", 14},
    {"AnswersAHandoverAcknowledge", "a Handover Acknowledge (15) is answered so", 15},
    {"AnswersALocalizedRoutingInitiation", "a Localized Routing Initiation (17) is answered so",
     17},
    {"AnswersALocalizedRoutingAcknowledgment", "its acknowledgement (18) is answered so", 18},
    {"AnswersTheFirstUnassignedType", "an unassigned type (99) is answered so", 99},
    {"AnswersTheLastType", "the last type of all (255) is answered so", 255},
});
RULE_TABLE(rfc6275_9_2, types) {
    HomeAgentBench bench;
    const auto answers = bench.hear_packet(of_type(row.type));
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].type(), 7);
    EXPECT_EQ(answers[0].status(), 2);
    EXPECT_EQ(answers[0].destination, care_of_a);
}

RULE(rfc6275_9_3_3, HasTheHomeAddressOfTheOption,
     "a Binding Error has the home address of the Home Address option") {
    HomeAgentBench bench;
    const Answer error = bench.hear_packet(of_type_behind_an_option(99)).at(0);
    EXPECT_EQ(address_at(error.header, 8), home);
}

RULE(rfc6275_9_3_3, HasNoHomeAddressWithoutTheOption,
     "without a Home Address option the home address of a Binding Error is unspecified") {
    HomeAgentBench bench;
    const Answer error = bench.hear_packet(of_type(99)).at(0);
    EXPECT_EQ(address_at(error.header, 8), Ipv6Address{});
}

RULE(rfc6275_9_3_3, GoesToTheSourceOnTheWire,
     "a Binding Error goes to the source of the packet, whatever option it had, without a routing "
     "header") {
    HomeAgentBench bench;
    const Answer error = bench.hear_packet(of_type_behind_an_option(99)).at(0);
    EXPECT_EQ(error.destination, care_of_a);
    EXPECT_EQ(error.routing_header, std::nullopt);
}

RULE(rfc6275_9_3_3, ConsultsNoBinding,
     "the Binding Cache is not consulted for where a Binding Error goes") {
    BoundHomeAgent bench(10);
    const MobilityHeader header{.type = 99, .data = octets("0000")};
    const Answer error = bench
                             .hear_packet(packet(care_of_b, home_agent, {home_address_option(home)},
                                                 header.between(home, home_agent)))
                             .at(0);
    EXPECT_EQ(error.destination, care_of_b);
}

RULE(rfc6275_9_3_3, SaysNothingToAMulticastSource, "no Binding Error to a multicast source") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear_packet(of_type(99, ip("ff02::1"))).empty());
}

RULE(rfc6275_9_3_3, SaysNothingToTheUnspecifiedSource,
     "no Binding Error to the unspecified address") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear_packet(of_type(99, {})).empty());
}

RULE(rfc6275_9_3_3, IsRateLimited,
     "Binding Errors are limited in their rate, as ICMPv6 errors are") {
    HomeAgentBench bench;
    std::size_t errors = 0;
    for (int packets = 0; packets < 1000; ++packets) {
        errors += bench.hear_packet(of_type(99)).size();
    }
    EXPECT_EQ(errors, 1U);
    bench.wait(1s);
    EXPECT_EQ(bench.hear_packet(of_type(99)).size(), 1U) << "and come again later";
}

RULE(rfc6275_9_3_3, AnswersNoBindingError, "a Binding Error is not answered by another") {
    HomeAgentBench bench;
    const MobilityHeader error{.type = 7, .data = octets("0200 20010db8000f00000000000000000009")};
    EXPECT_TRUE(
        bench.hear_packet(packet(care_of_a, home_agent, {}, error.between(care_of_a, home_agent)))
            .empty());
}

RULE(rfc6275_9_2, SaysNothingOfAnUnknownTypeWithAWrongChecksum,
     "no Binding Error where the checksum is wrong") {
    HomeAgentBench bench;
    const MobilityHeader header{.type = 99, .data = octets("0000"), .checksum = 0x1234};
    EXPECT_TRUE(
        bench.hear_packet(packet(care_of_a, home_agent, {}, header.between(care_of_a, home_agent)))
            .empty());
}

RULE(rfc6275_9_2, AnUnknownTypeChangesNoBinding,
     "a message of an unknown type changes no binding") {
    BoundHomeAgent bench(10);
    (void)bench.hear_packet(of_type_behind_an_option(99));
    EXPECT_EQ(bench.tunnel(), care_of_a);
    EXPECT_EQ(bench.answer({.sequence = 11}).status(), 0);
}

RULE(rfc6275_6_1_9, IsTwentyFourOctets,
     "a Binding Error without options has Header Len 2, and zero reserved") {
    HomeAgentBench bench;
    const Answer error = bench.hear_packet(of_type(99)).at(0);
    EXPECT_EQ(error.header.size(), 24U);
    EXPECT_EQ(error.header[1], 2);
    EXPECT_EQ(error.header[7], 0);
    EXPECT_EQ(error.header[0], 59);
}

// Messages that are for others: a home agent takes them without a word and without effect.

struct NotForHomeAgents {
    const char* name;
    const char* rule;
    std::uint8_t type;
    const char* data;
};
constexpr auto others_messages = std::to_array<NotForHomeAgents>({
    {"IgnoresARefreshRequest", "a Binding Refresh Request is for mobile nodes", 0, "0000"},
    {"IgnoresAHomeTest", "a Home Test is for mobile nodes", 3,
     "0000 0102030405060708 0102030405060708"},
    {"IgnoresACareOfTest", "a Care-of Test is for mobile nodes", 4,
     "0000 0102030405060708 0102030405060708"},
    {"IgnoresAnAcknowledgement", "a Binding Acknowledgement is for mobile nodes", 6,
     "0000 0001 0096 01020000"},
    {"IgnoresAnError", "a Binding Error is for mobile nodes", 7,
     "0100 20010db8000f00000000000000000009"},
    {"IgnoresAnExperimentalMessage", "an experimental message means nothing here", 11,
     "0102030405060708090a"},
    {"IgnoresAHomeAgentSwitch", "a Home Agent Switch is for mobile nodes", 12,
     "0100 20010db8000f00000000000000000001 010400000000"},
    {"IgnoresARevocationIndication", "a revocation indication is for mobile nodes", 16,
     "01 01 0001 0000 01020000"},
    {"IgnoresARevocationAcknowledgementOfNothing",
     "a revocation acknowledgement that nobody waits for ends nothing", 16,
     "02 00 0001 0000 01020000"},
});
RULE_TABLE(rfc6275_10_2, others_messages) {
    BoundHomeAgent bench(10);
    const MobilityHeader header{.type = row.type, .data = octets(row.data)};
    EXPECT_TRUE(
        bench.hear_packet(packet(home, home_agent, {}, header.between(home, home_agent))).empty());
    EXPECT_EQ(bench.tunnel(), care_of_a);
    EXPECT_EQ(bench.answer({.sequence = 11}, care_of_b).status(), 0);
}

}  // namespace
}  // namespace godwit::conformance
