// RFC 6275 §9.5.4, §6.1.8: where an acknowledgement goes, and what stands in it.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

RULE(rfc6275_9_5_4, GoesToTheSourceOfTheUpdate,
     "an acknowledgement goes to the source address of the update") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({}, care_of_b);
    EXPECT_EQ(answer.destination, care_of_b);
    EXPECT_EQ(answer.source, home_agent);
}

RULE(rfc6275_9_5_4, DoesNotGoToTheAlternateCareOfAddress,
     "an acknowledgement goes to the source address, not to the Alternate Care-of Address") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.options = alternate_care_of(care_of_b)}, care_of_a).destination,
              care_of_a);
}

RULE(rfc6275_9_5_4, DoesNotGoToTheBoundCareOfAddress,
     "the Binding Cache is not consulted for where an acknowledgement goes") {
    BoundHomeAgent bench(10);
    const Answer late = bench.answer({.sequence = 9}, care_of_b);
    EXPECT_EQ(late.destination, care_of_b);
}

RULE(rfc6275_9_5_4, HasTheHomeAddressInATypeTwoRoutingHeader,
     "away from home an acknowledgement has a type 2 routing header with the home address") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).routing_header, home);
}

RULE(rfc6275_9_5_4, HasTheRoutingHeaderWhateverTheStatus,
     "a refusal has the type 2 routing header too") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.lifetime = 0});
    EXPECT_EQ(answer.status(), 133);
    EXPECT_EQ(answer.routing_header, home);
}

RULE(rfc6275_9_5_4, HasNoRoutingHeaderOnTheHomeLink,
     "to an update without Home Address option the acknowledgement has no routing header") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer({.sequence = 11, .lifetime = 0}, home);
    EXPECT_EQ(answer.routing_header, std::nullopt);
    EXPECT_EQ(answer.destination, home);
}

RULE(rfc6275_9_5_4, AStatusBelow128MeansABinding,
     "a status below 128 is sent only where a binding was made or changed") {
    HomeAgentBench bench;
    EXPECT_LT(bench.answer({}).status(), 128);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_9_5_4, AStatusFrom128OnMeansNone,
     "where no binding was made the status is 128 or more") {
    HomeAgentBench bench;
    EXPECT_GE(bench.answer({.options = alternate_care_of(home_agent)}).status(), 128);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_4, ADiscardedUpdateHasNoAcknowledgement,
     "an update that is discarded is not acknowledged, whatever its A bit says") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.options = alternate_care_of(ip("ff0e::2"))}).empty());
}

struct Source {
    const char* name;
    const char* rule;
    const char* source;
};
constexpr auto sources = std::to_array<Source>({
    {"DiscardsWhatComesFromAMulticastAddress",
     "an update from a multicast source is discarded without an answer", "ff02::1"},
    {"DiscardsWhatComesFromAGlobalMulticastAddress",
     "an update from a multicast source of global scope is discarded without an answer", "ff0e::1"},
    {"DiscardsWhatComesFromTheUnspecifiedAddress",
     "an update from the unspecified address is discarded without an answer", "::"},
    {"DiscardsWhatComesFromTheLoopbackAddress",
     "an update from the loopback address is discarded without an answer", "::1"},
});
RULE_TABLE(rfc6275_9_5_4, sources) {
    HomeAgentBench bench;
    const Update update{.options = alternate_care_of(care_of_b)};
    EXPECT_TRUE(bench.hear(update, ip(row.source)).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_4, AnswersALinkLocalSourceWhereItIs,
     "to a link-local source the acknowledgement leaves by the interface that the update came by") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.options = alternate_care_of(care_of_b)}, ip("fe80::2"));
    EXPECT_EQ(answer.destination, ip("fe80::2"));
    EXPECT_EQ(bench.last_way().interface, HomeAgentBench::home_link);
}

RULE(rfc6275_6_1_8, CopiesTheSequenceNumber, "Sequence # is that of the update") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.sequence = 0xbeef}).sequence(), 0xbeef);
}

RULE(rfc6275_6_1_8, CopiesTheSequenceNumberIntoARefusal,
     "Sequence # of a refusal is that of the update") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.sequence = 0xbeef, .lifetime = 0}).sequence(), 0xbeef);
}

RULE(rfc6275_6_1_8, GrantsNothingInARefusal, "Lifetime of a refusal is 0") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.options = alternate_care_of(home_agent)}).lifetime(), 0);
}

RULE(rfc6275_6_1_8, HasNoReservedBits, "the reserved bits of an acknowledgement are zero") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.flags = 0xffff & ~force_udp & ~0x0400}).flags() & 0x3f, 0);
}

RULE(rfc6275_6_1_8, HasHeaderLenOneWithoutOptions,
     "an acknowledgement without options has four octets of padding, and Header Len 1") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({});
    EXPECT_EQ(test::hex(BytesView(answer.header).subspan(12)), "01020000");
    EXPECT_EQ(answer.header[1], 1);
}

RULE(rfc6275_6_1_1, HasPayloadProto59, "Payload Proto of what is sent is 59") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).header[0], 59);
}

RULE(rfc6275_6_1_1, HasAReservedOctetOfZero, "the reserved octet of what is sent is zero") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).header[3], 0);
}

RULE(rfc6275_6_1_1, IsSummedOverTheHomeAddress,
     "behind a type 2 routing header the checksum is over the home address as destination") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({});
    EXPECT_EQ(sum_of(home_agent, home, answer.header), 0);
    EXPECT_NE(sum_of(home_agent, care_of_a, answer.header), 0);
}

}  // namespace
}  // namespace godwit::conformance
