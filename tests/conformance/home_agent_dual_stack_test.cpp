// RFC 5555 §3, §4.1 to §4.5: binding updates in UDP, care-of and home addresses of IPv4.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

const Ipv6Address inside = ip("::ffff:192.168.1.7");    // what the mobile node takes for its own
const Ipv6Address outside = ip("::ffff:198.51.100.5");  // what a NAT makes of it

// An update in UDP that names its IPv4 care-of address by option 32.
Update in_udp(std::uint16_t sequence, const char* care_of = "c0a80107",
              std::uint16_t flags = acknowledge | home_registration) {
    return {.sequence = sequence,
            .flags = flags,
            .options = option(32, octets(std::string("0000") + care_of))};
}
Update asking_for(const char* prefix_and_address) {
    return {.options = option(29, octets(prefix_and_address))};
}
server::HomeAgentSettings with_ipv4(const char* address = "10.19.0.2") {
    server::HomeAgentSettings settings = laboratory();
    settings.ipv4_pool = wire::Prefix::parse_ipv4("10.19.0.0/24");
    settings.mobile_nodes.at(0).ipv4_home = wire::Ipv4Address::parse(address);
    return settings;
}
Answer only(const std::vector<Answer>& answers) {
    return HomeAgentBench::only(answers);
}

RULE(rfc5555_4_1, TakesAnUpdateInUdp,
     "an update in UDP goes from the home address to the home agent, without Home Address option") {
    HomeAgentBench bench;
    EXPECT_EQ(only(bench.hear_in_udp(in_udp(1), outside)).status(), 0);
    EXPECT_EQ(bench.tunnel(), outside);
}

RULE(rfc5555_4_1, AnswersInUdpToWhereItCameFrom,
     "the acknowledgement of an update in UDP is in UDP, to its outer source address and port") {
    HomeAgentBench bench;
    (void)only(bench.hear_in_udp(in_udp(1), outside, 40001));
    EXPECT_EQ(bench.last_way().encapsulation, mobility::Encapsulation::udp);
    EXPECT_EQ(bench.last_way().remote, outside);
    EXPECT_EQ(bench.last_way().remote_port, 40001);
}

RULE(rfc5555_4_1, AnswersFromWhereItCameTo,
     "the acknowledgement leaves from the outer address and port that the update came to") {
    HomeAgentBench bench;
    (void)only(bench.hear_in_udp(in_udp(1), outside));
    EXPECT_EQ(bench.last_way().local, ip("::ffff:203.0.113.1"));
    EXPECT_EQ(bench.last_way().local_port, 4191);
}

RULE(rfc5555_4_1, AnswersBetweenHomeAddresses,
     "in UDP the acknowledgement goes from the home agent to the home address, without a routing "
     "header") {
    HomeAgentBench bench;
    const Answer answer = only(bench.hear_in_udp(in_udp(1), outside));
    EXPECT_EQ(answer.source, home_agent);
    EXPECT_EQ(answer.destination, home);
    EXPECT_EQ(answer.routing_header, std::nullopt);
}

RULE(rfc5555_4_1, TunnelsToTheOuterSource,
     "what is for the mobile node goes to the outer address and port, whatever its option says") {
    HomeAgentBench bench;
    (void)only(bench.hear_in_udp(in_udp(1), outside, 40001));
    EXPECT_EQ(bench.tunnel(), outside);
    EXPECT_EQ(bench.tunnel_port(), 40001);
}

RULE(rfc5555_4_1, TakesNoHomeAddressOptionInUdp,
     "an inner packet in UDP that has a Home Address option or another source makes no binding") {
    HomeAgentBench bench;
    const Bytes header = in_udp(1).header().between(home, home_agent);
    const Bytes inner = packet(care_of_a, home_agent, {home_address_option(home)}, header);
    EXPECT_TRUE(bench.hear_packet_in_udp(inner, outside, 40000).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_4_1, TakesNoInnerPacketToAnother,
     "an inner packet in UDP to anybody but the home agent makes no binding") {
    HomeAgentBench bench;
    const Ipv6Address other = ip("2001:db8:f::2");
    const Bytes inner = packet(home, other, {}, in_udp(1).header().between(home, other));
    EXPECT_TRUE(bench.hear_packet_in_udp(inner, outside, 40000).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_4_2, FindsANat,
     "a NAT is there where the IPv4 Care-of Address differs from the outer source") {
    HomeAgentBench bench;
    const auto detection = only(bench.hear_in_udp(in_udp(1), outside)).option(31);
    ASSERT_TRUE(detection);
    EXPECT_EQ(test::hex(*detection), "800000000019") << "F, and 25 s";
}

RULE(rfc5555_4_2, FindsNoNatWhereThereIsNone,
     "no NAT where the two are equal: the refresh time is all ones, no keepalives are needed "
     "(§3.2.2)") {
    HomeAgentBench bench;
    const auto detection = only(bench.hear_in_udp(in_udp(1), inside)).option(31);
    ASSERT_TRUE(detection);
    EXPECT_EQ(test::hex(*detection), "8000ffffffff");
}

RULE(rfc5555_4_2, ToldInUdpAlways,
     "the NAT Detection option is in every acknowledgement of an update that came in UDP") {
    HomeAgentBench bench;
    EXPECT_TRUE(only(bench.hear_in_udp(in_udp(1), outside)).option(31));
    EXPECT_TRUE(only(bench.hear_in_udp(in_udp(2), outside)).option(31)) << "of a refresh";
    EXPECT_TRUE(only(bench.hear_in_udp(in_udp(2), outside)).option(31)) << "of a refusal";
    Update farewell = in_udp(3);
    farewell.lifetime = 0;
    EXPECT_TRUE(only(bench.hear_in_udp(farewell, outside)).option(31)) << "of a deregistration";
}

RULE(rfc5555_4_2, NotToldNatively, "natively the acknowledgement has no NAT Detection option") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).option(31), std::nullopt);
}

RULE(rfc5555_3_2_2, IsAdvisedAsConfigured,
     "the refresh time is in seconds, as the home agent is configured") {
    server::HomeAgentSettings settings = laboratory();
    settings.nat_keepalive = 110s;
    HomeAgentBench bench(settings);
    EXPECT_EQ(test::hex(only(bench.hear_in_udp(in_udp(1), outside)).option(31).value()),
              "80000000006e");
}

RULE(rfc5555_4_2, FollowsAnotherPort,
     "a refresh from another port of the NAT moves the tunnel there") {
    HomeAgentBench bench;
    (void)only(bench.hear_in_udp(in_udp(1), outside, 40001));
    (void)only(bench.hear_in_udp(in_udp(2), outside, 40002));
    EXPECT_EQ(bench.tunnel_port(), 40002);
}

RULE(rfc5555_4_5, MovesFromIpv6ToIpv4,
     "a mobile node may move from an IPv6 to an IPv4 care-of address") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(only(bench.hear_in_udp(in_udp(11), outside)).status(), 0);
    EXPECT_EQ(bench.tunnel(), outside);
}

RULE(rfc5555_4_5, MovesFromIpv4ToIpv6,
     "a mobile node may move from an IPv4 to an IPv6 care-of address") {
    HomeAgentBench bench;
    (void)only(bench.hear_in_udp(in_udp(1), outside));
    EXPECT_EQ(bench.answer({.sequence = 2}).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5555_4_5, HasOneSequenceOfNumbers,
     "updates in UDP and native ones have one sequence of numbers") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(only(bench.hear_in_udp(in_udp(10), outside)).status(), 135);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5555_4_5, DeregistersInUdp,
     "lifetime 0 in UDP ends the binding, from away: there is no home link in UDP") {
    BoundHomeAgent bench(10);
    Update farewell = in_udp(11);
    farewell.lifetime = 0;
    const Answer answer = only(bench.hear_in_udp(farewell, outside));
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.lifetime(), 0);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_3_1_3, UsesUdpWhereItIsForced,
     "with F an update in UDP is answered with UDP required") {
    HomeAgentBench bench;
    const auto answer = only(bench.hear_in_udp(
        in_udp(1, "c0a80107", acknowledge | home_registration | force_udp), outside));
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.option(31).value().at(0), 0x80);
}

RULE(
    rfc5555_3_1_3, RefusesToForceUdpNatively,
    "F in a native update is refused with status 144: who can come natively is not served in UDP") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.flags = acknowledge | home_registration | force_udp}).status(), 144);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

struct Bad {
    const char* name;
    const char* rule;
    const char* address;  // of option 32
    const char* outer;
    bool is_answered;  // with status 174; else not at all
};
constexpr auto bad_addresses = std::to_array<Bad>({
    {"DiscardsTheUnspecifiedCareOfAddress", "an IPv4 care-of address 0.0.0.0 is discarded",
     "00000000", "::ffff:198.51.100.5", false},
    {"DiscardsAMulticastCareOfAddress", "an IPv4 care-of address that is multicast is discarded",
     "e0000001", "::ffff:198.51.100.5", false},
    {"DiscardsTheBroadcastCareOfAddress", "an IPv4 care-of address that is broadcast is discarded",
     "ffffffff", "::ffff:198.51.100.5", false},
    {"DiscardsAMulticastSource", "an update in UDP from a multicast address is discarded",
     "c0a80107", "::ffff:224.0.0.1", false},
    {"DiscardsTheUnspecifiedSource", "an update in UDP from 0.0.0.0 is discarded", "c0a80107",
     "::ffff:0.0.0.0", false},
    {"RefusesALoopbackCareOfAddress", "an IPv4 care-of address of the loopback net is refused: 174",
     "7f000001", "::ffff:198.51.100.5", true},
    {"RefusesWhereItWasHeard", "the address that the update came to would loop: 174", "cb007101",
     "::ffff:198.51.100.5", true},
    {"RefusesAnAddressOfThePool",
     "an IPv4 care-of address among the home addresses would loop: 174", "0a130005",
     "::ffff:198.51.100.5", true},
    {"RefusesASourceInThePool", "an update in UDP from an IPv4 home address would loop: 174",
     "c0a80107", "::ffff:10.19.0.5", true},
    {"RefusesASourceInTheHomePrefix", "an update in UDP from the home prefix would loop: 174",
     "c0a80107", "2001:db8:f::77", true},
});
RULE_TABLE(rfc5555_4_5, bad_addresses) {
    HomeAgentBench bench(with_ipv4());
    const auto answers = bench.hear_in_udp(in_udp(1, row.address), ip(row.outer));
    ASSERT_EQ(answers.size(), row.is_answered ? 1U : 0U);
    if (row.is_answered) {
        EXPECT_EQ(answers[0].status(), 174);
    }
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_4_5, RefusesTheIpv6LoopbackInUdp,
     "::1 as the care-of address of an update in UDP, or as its source, would loop: 174") {
    HomeAgentBench bench;
    const Ipv6Address loopback = ip("::1");
    EXPECT_EQ(only(bench.hear_in_udp({.options = alternate_care_of(loopback)}, care_of_a)).status(),
              174);
    EXPECT_EQ(only(bench.hear_in_udp({.options = alternate_care_of(care_of_a)}, loopback)).status(),
              174);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_3_1_2, MeansNothingNatively,
     "an IPv4 Care-of Address option in a native update makes no binding: nothing could be sent "
     "there") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear(in_udp(1)).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5555_4_5, TakesAnIpv6CareOfAddressInUdp, "an update in UDP over IPv6 is taken too") {
    HomeAgentBench bench;
    const Answer answer =
        only(bench.hear_in_udp({.options = alternate_care_of(care_of_a)}, care_of_a));
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(test::hex(answer.option(31).value()), "8000ffffffff") << "and no NAT is there";
}

// IPv4 home addresses (§3.1.1, §3.2.1).

struct Ipv4Home {
    const char* name;
    const char* rule;
    const char* asked;     // of option 29
    const char* answered;  // option 30
};
constexpr auto ipv4_homes = std::to_array<Ipv4Home>({
    {"GivesAnAddress", "0.0.0.0 asks for an address, and gets that of the mobile node",
     "8000 00000000", "00800a130002"},
    {"GivesTheAddressAskedFor", "the address of the mobile node itself is given", "8000 0a130002",
     "00800a130002"},
    {"RefusesAnothersAddress", "any other address is refused with status 130", "8000 0a130003",
     "82000a130003"},
    {"RefusesAPrefixLengthOf0", "a prefix length of 0 is refused with status 131", "0000 0a130002",
     "83000a130002"},
    {"RefusesAPrefixLengthOf33", "a prefix length of more than 32 is refused with status 131",
     "8400 0a130002", "83000a130002"},
    {"RefusesAMulticastAddress", "a multicast address is refused with status 131", "8000 e0000001",
     "8300e0000001"},
    {"RefusesALoopbackAddress", "a loopback address is refused with status 131", "8000 7f000001",
     "83007f000001"},
    {"RefusesAPrefix", "P asks for a prefix, of which there are none: status 133", "8200 00000000",
     "850000000000"},
    {"RefusesAShorterPrefixLength", "an address of a shorter prefix length is refused: status 133",
     "6000 0a130002", "85000a130002"},
});
RULE_TABLE(rfc5555_3_1_1, ipv4_homes) {
    HomeAgentBench bench(with_ipv4());
    const Answer answer = bench.answer(asking_for(row.asked));
    EXPECT_EQ(answer.status(), 0) << "the IPv6 part stands by itself";
    EXPECT_EQ(test::hex(answer.option(30).value_or(Bytes())), row.answered);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5555_3_2_1, HasNoneToGive,
     "0.0.0.0 where there is none to give is answered with status 132") {
    HomeAgentBench bench;
    EXPECT_EQ(test::hex(bench.answer(asking_for("8000 00000000")).option(30).value()),
              "840000000000");
}

RULE(rfc5555_3_2_1, ProhibitsWhereThereIsNone,
     "an address where the mobile node has none is answered with status 129") {
    HomeAgentBench bench;
    EXPECT_EQ(test::hex(bench.answer(asking_for("8000 0a130002")).option(30).value()),
              "81000a130002");
}

RULE(rfc5555_3_2_1, IsNotSentUnasked,
     "no IPv4 Address Acknowledgement where no IPv4 home address was asked for") {
    HomeAgentBench bench(with_ipv4());
    EXPECT_EQ(bench.answer({}).option(30), std::nullopt);
}

RULE(rfc5555_4_4, IsGivenUpByNotAsking,
     "an update without the option ends the IPv4 part, and keeps the IPv6 part") {
    HomeAgentBench bench(with_ipv4());
    (void)bench.answer(asking_for("8000 00000000"));
    ASSERT_TRUE(bench.binding().ipv4);
    EXPECT_EQ(bench.answer({.sequence = 2}).status(), 0);
    EXPECT_FALSE(bench.binding().ipv4);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5555_4_4, EndsWithTheBinding, "lifetime 0 ends the binding of both home addresses") {
    HomeAgentBench bench(with_ipv4());
    (void)bench.answer(asking_for("8000 00000000"));
    Update farewell = asking_for("8000 0a130002");
    farewell.sequence = 2;
    farewell.lifetime = 0;
    EXPECT_EQ(bench.carried_ipv4(), wire::Ipv4Address::parse("10.19.0.2"));
    EXPECT_EQ(bench.answer(farewell).status(), 0);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
    EXPECT_EQ(bench.carried_ipv4(), std::nullopt);
    EXPECT_EQ(bench.answer({.sequence = 3}).status(), 0);
    EXPECT_EQ(bench.carried_ipv4(), std::nullopt) << "who does not ask for it anew has none";
}

RULE(rfc5555_4_5, RemembersThePair, "the mobile node gets the same IPv4 home address each time") {
    HomeAgentBench bench(with_ipv4());
    const auto first = bench.answer(asking_for("8000 00000000")).option(30);
    bench.wait(1h);
    EXPECT_EQ(bench.answer(asking_for("8000 00000000")).option(30), first);
}

}  // namespace
}  // namespace godwit::conformance
