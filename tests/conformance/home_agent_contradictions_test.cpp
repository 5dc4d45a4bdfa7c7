// Where RFCs contradict each other, or themselves: what was chosen, and why, is in decision 0040.

#include <array>

#include "shared/wire/mobility_options.hpp"
#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

constexpr std::uint16_t usual = acknowledge | home_registration;
const Ipv6Address outside = ip("::ffff:198.51.100.5");

Update in_udp(std::uint16_t sequence) {
    return {.sequence = sequence, .options = option(32, octets("0000 c0a80107"))};
}

RULE(contradiction, Status144IsSentOnlyWhereFWasSet,
     "status 144, of RFC 4285 and of RFC 5555: it is sent only to who has set F, so that it can "
     "only mean that") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.flags = usual | force_udp}).status(), 144);
    EXPECT_EQ(bench.answer({.sequence = 1}).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 1}).status(), 135) << "and not for a mismatch of numbers";
}

RULE(contradiction, TheIpv4AcknowledgementIsType30,
     "the IPv4 Address Acknowledgement is 30, as RFC 5555 §3.2.1 and IANA say, not 29 as its §9 "
     "does") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.options = option(29, octets("8000 00000000"))});
    EXPECT_TRUE(answer.option(30));
    EXPECT_FALSE(answer.option(29));
}

RULE(contradiction, NatDetectionMeansUdpAndIsInEveryAnswerInUdp,
     "RFC 5555 wants NAT Detection in every answer in UDP (§4.2), and UDP wherever it is (§4.4.2): "
     "so who comes in UDP stays in UDP") {
    HomeAgentBench bench;
    const auto without_nat =
        HomeAgentBench::only(bench.hear_in_udp(in_udp(1), ip("::ffff:192.168.1.7"))).option(31);
    EXPECT_EQ(test::hex(without_nat.value()), "8000ffffffff");
    EXPECT_EQ(bench.answer({.sequence = 2}).option(31), std::nullopt)
        << "who comes natively does not";
}

RULE(contradiction, FlowIdentificationIsType45,
     "Flow Identification is 45, as RFC 6089 §4.2 and IANA say; its §8 has the two the wrong way "
     "round") {
    EXPECT_EQ(wire::parse_options(octets("2d06 0001 0002 00 00")),
              wire::MobilityOptions{(wire::FlowIdentification{.id = 1, .priority = 2})});
}

RULE(contradiction, FlowSummaryIsType44, "Flow Summary is 44, as RFC 6089 §4.2.2 and IANA say") {
    EXPECT_EQ(wire::parse_options(octets("2c02 0001")),
              wire::MobilityOptions{wire::FlowSummary{{1}}});
}

RULE(contradiction, Bit0040MeansOverwriteOnlyWithAnIdentifier,
     "flag 0x0040 is O of RFC 5648 and B of RFC 6602: without a Binding Identifier option it means "
     "nothing") {
    const std::array<Update, 4> updates{
        Update{.sequence = 11},                                           // a refresh
        Update{.sequence = 11, .options = alternate_care_of(care_of_b)},  // a move
        Update{.sequence = 11, .lifetime = 0}, Update{.sequence = 9},     // late
    };
    for (const Update& update : updates) {
        BoundHomeAgent with(10);
        BoundHomeAgent without(10);
        Update flagged = update;
        flagged.flags |= overwrite;
        EXPECT_EQ(with.answer(flagged).header, without.answer(update).header);
        EXPECT_EQ(with.tunnel(), without.tunnel());
        EXPECT_EQ(with.core.entries(), without.core.entries());
    }
}

RULE(contradiction, ACareOfAddressThatIsNoUnicastAddressIsDiscarded,
     "RFC 6275 has status 174 for care-of addresses, and §9.5.1 silence: silence where it is not "
     "unicast routable") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.options = alternate_care_of(ip("ff0e::1"))}).empty());
}

RULE(contradiction, ACareOfAddressThatWouldLoopIsRefused,
     "status 174 where the care-of address is a good one in the wrong place") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.options = alternate_care_of(ip("2001:db8:f::77"))}).status(), 174);
}

RULE(contradiction, WithAnIdentifierABadCareOfAddressIsToldAs164,
     "the same address in a Binding Identifier option is refused with 164, since RFC 5648 §6.2 is "
     "the newer word") {
    HomeAgentBench bench;
    const Bytes body = joined({octets("0001 0000"), ip("ff0e::1").octets});
    EXPECT_EQ(
        bench.answer({.options = joined({octets("0104 00000000"), option(35, body)})}).status(),
        164);
}

RULE(contradiction, ABadHomeAddressIsDiscardedSilently,
     "§9.3.1 drops a home address that is not unicast routable, and wants a Binding Error for the "
     "tests above: it is dropped silently") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({}, care_of_a, ip("ff0e::9")).empty());
}

RULE(contradiction, AnyNumberIsAcceptedWithoutAnEntry,
     "§9.5.1 accepts any number without an entry, and §15.3 fears replays: the number is accepted, "
     "the proof is what cannot be used twice") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.sequence = 40000}).status(), 0);
    bench.wait(600s);
    EXPECT_EQ(bench.answer({.sequence = 7}).status(), 0);
}

RULE(contradiction, AnAcceptedUpdateWithoutAIsAcknowledged,
     "§9.5.4 says that without A an accepted update SHOULD NOT be acknowledged, §10.3.1 that a "
     "home agent MUST: it does") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.flags = home_registration}).status(), 0);
}

RULE(contradiction, OnlyLifetimeZeroIsADeregistration,
     "RFC 3775 took a care-of address that is the home address for a deregistration, RFC 6275 does "
     "not: it is refused") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .options = alternate_care_of(home)}).status(), 174);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(contradiction, ARevocationHasARoutingHeader,
     "RFC 6275 §6.1 has a routing header with acknowledgements only, RFC 5846 §7 with indications "
     "too: they have it") {
    BoundHomeAgent bench(10);
    const auto sent = bench.carry_out(
        bench.core.revoke(bench.now(), {home}, wire::RevocationTrigger::administrative_reason));
    EXPECT_EQ(sent.at(0).routing_header, home);
}

RULE(contradiction, AnotherKindOfRegistrationComesBeforeAnOldNumber,
     "§9.5.1 has both 135 and 139 for an old number without H: 139, since its numbers are of "
     "another registration") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 9, .flags = acknowledge}).status(), 139);
}

RULE(contradiction, WhatLiesBehindAMobilityHeaderIsNotIgnored,
     "RFC 8200 §4.7 ignores octets behind Next Header 59: behind a Mobility Header nothing is "
     "proved, and such a packet is dropped") {
    HomeAgentBench bench;
    Bytes header = Update{}.header().between(home, home_agent);
    header.resize(header.size() + 8);
    EXPECT_TRUE(
        bench.hear_packet(packet(care_of_a, home_agent, {home_address_option(home)}, header))
            .empty());
}

}  // namespace
}  // namespace godwit::conformance
