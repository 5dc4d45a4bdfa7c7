// RFC 6275 §9.5.1, §6.1.7, §15.1: which binding updates are valid, and what they name.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

struct Bit {
    const char* name;
    const char* rule;
    std::uint16_t bit;
};
constexpr auto foreign_bits = std::to_array<Bit>({
    {"IgnoresBit0800", "flag 0x0800 (M of RFC 4140) is ignored", 0x0800},
    {"IgnoresBit0200", "flag 0x0200 (P of RFC 5213) is ignored", 0x0200},
    {"IgnoresBit0080", "flag 0x0080 (T of RFC 5845) is ignored", 0x0080},
    {"IgnoresBit0020", "flag 0x0020 (S of RFC 7161) is ignored", 0x0020},
    {"IgnoresBit0010", "flag 0x0010 (D of RFC 8885) is ignored", 0x0010},
    {"IgnoresBit0008", "reserved bit 0x0008 is ignored", 0x0008},
    {"IgnoresBit0004", "reserved bit 0x0004 is ignored", 0x0004},
    {"IgnoresBit0002", "reserved bit 0x0002 is ignored", 0x0002},
    {"IgnoresBit0001", "reserved bit 0x0001 is ignored", 0x0001},
});
RULE_TABLE(rfc6275_6_1_7, foreign_bits) {
    HomeAgentBench bench;
    const auto flags = static_cast<std::uint16_t>(acknowledge | home_registration | row.bit);
    const Answer answer = bench.answer({.flags = flags});
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.flags(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

struct Address {
    const char* name;
    const char* rule;
    const char* address;
};
constexpr auto bad_homes = std::to_array<Address>({
    {"DiscardsAMulticastHomeAddress", "a home address that is multicast", "ff0e::9"},
    {"DiscardsTheUnspecifiedHomeAddress", "the unspecified address as home address", "::"},
    {"DiscardsTheLoopbackHomeAddress", "the loopback address as home address", "::1"},
    {"DiscardsALinkLocalHomeAddress", "a home address of link-local scope", "fe80::9"},
    {"DiscardsAMappedHomeAddress", "an IPv4-mapped home address", "::ffff:192.0.2.9"},
});
RULE_TABLE(rfc6275_9_5_1, bad_homes) {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({}, care_of_a, ip(row.address)).empty()) << "in the option";
    EXPECT_TRUE(bench.hear({}, ip(row.address), ip(row.address)).empty()) << "as the source";
}

constexpr auto bad_care_ofs = std::to_array<Address>({
    {"DiscardsAMulticastCareOfAddress", "a care-of address that is multicast", "ff0e::2"},
    {"DiscardsTheUnspecifiedCareOfAddress", "the unspecified address as care-of address", "::"},
    {"DiscardsTheLoopbackCareOfAddress", "the loopback address as care-of address", "::1"},
    {"DiscardsALinkLocalCareOfAddress", "a care-of address of link-local scope", "fe80::2"},
    {"DiscardsAMappedCareOfAddress", "an IPv4-mapped care-of address, natively",
     "::ffff:192.0.2.7"},
});
RULE_TABLE(rfc6275_9_5_1, bad_care_ofs) {
    BoundHomeAgent bench(10);
    const Update update{.sequence = 11, .options = alternate_care_of(ip(row.address))};
    EXPECT_TRUE(bench.hear(update).empty());
    EXPECT_EQ(bench.tunnel(), care_of_a);
    EXPECT_EQ(bench.answer({.sequence = 11}).status(), 0) << "nothing was stored";
}

constexpr auto loops = std::to_array<Address>({
    {"RefusesTheHomeAddressAsCareOfAddress", "the home address as care-of address would loop: 174",
     "2001:db8:f::9"},
    {"RefusesAnothersHomeAddressAsCareOfAddress",
     "a home address that is served here as care-of address would loop: 174", "2001:db8:f::a"},
    {"RefusesAnyAddressOfTheHomePrefix", "any care-of address within the home prefix: 174",
     "2001:db8:f::ffff"},
});
RULE_TABLE(rfc6275_15_1, loops) {
    BoundHomeAgent bench(10);
    const Update update{.sequence = 11, .options = alternate_care_of(ip(row.address))};
    const Answer answer = bench.answer(update);
    EXPECT_EQ(answer.status(), 174);
    EXPECT_EQ(answer.sequence(), 11);
    EXPECT_EQ(answer.destination, care_of_a);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_15_1, RefusesTheHomeAgentAsCareOfAddress,
     "the home agent's own address as care-of address, within the home prefix or not: 174") {
    for (const char* own : {"2001:db8:f::1", "2001:db8:e::1"}) {
        server::HomeAgentSettings settings = laboratory();
        settings.address = {ip(own)};
        HomeAgentBench bench(settings);
        EXPECT_EQ(bench.answer({.options = alternate_care_of(ip(own))}).status(), 174) << own;
        EXPECT_EQ(bench.tunnel(), std::nullopt) << own;
    }
}

RULE(rfc6275_9_5_1, TakesTheSourceForTheCareOfAddress,
     "without an Alternate Care-of Address option the packet's source is the care-of address") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}, care_of_b).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_9_5_1, TakesTheAlternateCareOfAddress,
     "the address in the Alternate Care-of Address option is the care-of address") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.options = alternate_care_of(care_of_b)}, care_of_a).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_9_5_1, TakesTheHomeAddressOfTheOption,
     "the address in the Home Address option is the home address") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}, care_of_a, other_home).status(), 0);
    EXPECT_EQ(bench.tunnel(other_home), care_of_a);
    EXPECT_EQ(bench.tunnel(home), std::nullopt);
}

RULE(rfc6275_9_5_1, TakesTheSourceForTheHomeAddress,
     "without a Home Address option the packet's source is the home address") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer({.sequence = 11, .lifetime = 0}, home);
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_1, RefusesToClearTheHomeRegistrationFlag,
     "an update without H for a home registration is answered with status 139") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer({.sequence = 11, .flags = acknowledge}, care_of_b);
    EXPECT_EQ(answer.status(), 139);
    EXPECT_EQ(answer.sequence(), 11);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_9_5_1, KeepsTheHomeRegistrationFlag,
     "after status 139 the entry is a home registration as before") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .flags = acknowledge}).status(), 139);
    EXPECT_EQ(bench.answer({.sequence = 11}, care_of_b).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_9_5_1, AnswersStatus139WithoutAToo,
     "status 139 is sent whether or not an acknowledgement was asked for") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .flags = 0}).status(), 139);
}

RULE(rfc6275_9_5_1, RefusesToDeleteAHomeRegistrationWithoutH,
     "a deregistration without H deletes no home registration: status 139") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .lifetime = 0, .flags = acknowledge}).status(), 139);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_9_5_1, DiscardsNonceIndicesWithH,
     "an update with H and a Nonce Indices option is silently discarded") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.options = octets("0404 0001 0002")}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_1, DiscardsNonceIndicesInADeregistrationWithH,
     "a deregistration with H and a Nonce Indices option is silently discarded") {
    BoundHomeAgent bench(10);
    EXPECT_TRUE(
        bench.hear({.sequence = 11, .lifetime = 0, .options = octets("0404 0001 0002")}).empty());
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_9_5_1, DiscardsAnUpdateWithoutHThatHasNoNonceIndices,
     "an update without H needs Nonce Indices: without them it is silently discarded") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.flags = acknowledge}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(
    rfc6275_9_5_1, DiscardsAnUpdateWithoutHThatHasNoAuthorizationData,
    "an update without H needs Binding Authorization Data: without them it is silently discarded") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.flags = acknowledge, .options = octets("0404 0001 0002")}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_1, DiscardsAnUpdateWithoutHWhoseAuthorizationIsWrong,
     "an update without H whose authenticator cannot be verified creates no binding") {
    HomeAgentBench bench;
    const Bytes options = joined({octets("0404 0001 0002 0102 0000"), option(5, Bytes(12, 7))});
    EXPECT_TRUE(bench.hear({.flags = acknowledge, .options = options}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_9_5_1, TakesTheFirstOfTwoAlternateCareOfAddresses,
     "of two Alternate Care-of Address options the first counts, which is the one that is proved") {
    HomeAgentBench bench;
    const Bytes two_of_them = joined({alternate_care_of(care_of_b), octets("0104 00000000"),
                                      option(3, ip("2001:db8:c::2").octets)});
    EXPECT_EQ(bench.answer({.options = two_of_them}).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_6_2_5, ACareOfAddressOfAnotherLengthIsNone,
     "an Alternate Care-of Address option of 15 octets makes no binding") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.options = option(3, Bytes(15, 0x20))}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_6_2_1, TheRestIsHandledBehindAnUnknownOption,
     "behind an option of an unknown type the care-of address is read all the same") {
    HomeAgentBench bench;
    const Bytes options = joined(
        {octets("c8020000"), octets("0104 00000000"), option(3, care_of_b.octets), octets("f000")});
    EXPECT_EQ(bench.answer({.options = options}).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_6_2_1, UnknownOptionsDoNotComeBack,
     "an option of an unknown type is not sent back in the acknowledgement") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.answer({.options = octets("c8020000")}).options().empty());
}

struct Stray {
    const char* name;
    const char* rule;
    const char* option;
};
constexpr auto strays = std::to_array<Stray>({
    {"IgnoresARefreshAdvice", "a Binding Refresh Advice means nothing in an update", "0202 000a"},
    {"IgnoresANatDetection", "a NAT Detection option means nothing in an update",
     "1f06 8000 00000019"},
    {"IgnoresAnIpv4Acknowledgement", "an IPv4 Address Acknowledgement means nothing in an update",
     "1e06 0080 0a130002"},
    {"IgnoresARestartCounter", "a Restart Counter means nothing in an update",
     "0102 0000 1c04 00000001"},
    {"IgnoresALinkLayerAddress", "a Link-Layer Address of RFC 5568 means nothing at a home agent",
     "0707 02 020000000001"},
    {"IgnoresADnsUpdate", "a DNS Update option of RFC 5026 means nothing without a DNS to update",
     "1104 0000 0161"},
    {"IgnoresAServiceSelection", "a Service Selection of RFC 5149 means nothing where there is one",
     "1403 766f69"},
    {"IgnoresAProxyHomeNetworkPrefix",
     "a Home Network Prefix of RFC 5213 means nothing to who is no local mobility anchor",
     "1612 0040 20010db8000f00000000000000000000"},
});
RULE_TABLE(rfc6275_6_2_1, strays) {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.options = octets(row.option)});
    EXPECT_EQ(answer.status(), 0);
    EXPECT_TRUE(answer.options().empty());
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

}  // namespace
}  // namespace godwit::conformance
