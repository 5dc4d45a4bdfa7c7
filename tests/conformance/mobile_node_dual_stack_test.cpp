// A mobile node in UDP, at IPv4, and with an IPv4 home address: RFC 5555.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

const Ipv6Address udp_of_home_agent = ip("2001:db8:e::2");

const mobility::Attachments dual_stack{
    .candidates = {offered(private_ipv4), offered(care_of_a.address)},
    .endpoints = {{udp_of_home_agent}, {ipv4_of_home_agent}},
    .home = {}};

Sent update_from_ipv4() {
    LaboratoryNode node;
    node.attach(only_ipv4);
    return node.update();
}
client::MobileNodeSettings with_ipv4() {
    auto settings = settings_of();
    settings.registration.wants_ipv4 = true;
    return settings;
}
Bytes acknowledged(std::uint8_t status, Bytes address = {10, 19, 0, 2}, std::uint8_t length = 32) {
    Bytes body{status, static_cast<std::uint8_t>(length << 2U)};
    body.insert(body.end(), address.begin(), address.end());
    return option_of(option::ipv4_acknowledgement, body);
}
Bytes detected(std::uint32_t refresh, std::uint8_t flags = 0x80) {
    Bytes body{flags, 0};
    wire::Writer(body).integer(refresh);
    return option_of(option::nat_detection, body);
}
// Registered over IPv4 by an answer with these options.
struct BehindNat : LaboratoryNode {
    explicit BehindNat(Bytes options, const client::MobileNodeSettings& settings = settings_of())
        : LaboratoryNode(settings) {
        attach(only_ipv4);
        be_answered({.options = std::move(options)});
    }
};

// Sending

RULE(rfc5555_4_4_2, SendsInUdpFromAnIpv4Network, "in an IPv4-only network an update goes in UDP") {
    const Sent update = update_from_ipv4();
    EXPECT_EQ(update.path.encapsulation, Encapsulation::udp);
    EXPECT_EQ(update.path.remote_port, 4191);
}
RULE(rfc5555_4_4_2, SendsFromItsIpv4CareOfAddress,
     "the outer header goes from the IPv4 care-of address to the home agent's IPv4 address") {
    const Sent update = update_from_ipv4();
    EXPECT_EQ(update.path.local, private_ipv4);
    EXPECT_EQ(update.path.remote, ipv4_of_home_agent);
}
RULE(rfc5555_4_4_2, SpeaksOfItsHomeAddressInside,
     "the inner header goes from the home address to the home agent, without a Home Address "
     "option") {
    const Sent update = update_from_ipv4();
    EXPECT_EQ(update.source(), home);
    EXPECT_EQ(update.destination(), home_agent);
    EXPECT_FALSE(update.home_address_option());
    EXPECT_TRUE(update.has_right_checksum());
}
RULE(rfc5555_3_1_2, NamesItsIpv4CareOfAddress,
     "the IPv4 Care-of Address option has 6 octets, the first two zero, and begins at 4n") {
    const auto named = update_from_ipv4().option(option::ipv4_care_of);
    ASSERT_TRUE(named);
    EXPECT_EQ(named->offset % 4, 0U);
    EXPECT_EQ(named->body, (Bytes{0, 0, 192, 168, 1, 7}));
}
RULE(rfc5555_3_1_2, NamesNoOtherCareOfAddressBesideIt,
     "an IPv4 care-of address stands in no Alternate Care-of Address option") {
    EXPECT_FALSE(update_from_ipv4().option(option::alternate_care_of));
}
RULE(rfc5555_3_1_3, ForcesUdpWhereItUsesUdp, "F is set where the mobile node wants UDP only") {
    EXPECT_TRUE(update_from_ipv4().flags() & flag::f);
}
RULE(rfc5555_3_1_3, ForcesNothingNatively, "F is clear in an update that goes natively") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    EXPECT_FALSE(node.update().flags() & flag::f);
}
RULE(rfc5555_4_4_1, PrefersIpv6, "where there are both, the IPv6 care-of address is bound") {
    LaboratoryNode node;
    node.attach(dual_stack);
    EXPECT_EQ(node.update().source(), care_of_a.address);
    EXPECT_EQ(node.update().path.encapsulation, Encapsulation::ip6);
}
RULE(rfc5555_4_4_1, FallsBackToIpv4,
     "after three attempts in vain the IPv4 care-of address has been tried at the latest") {
    LaboratoryNode node;
    node.attach(dual_stack);
    node.run_for(1s);
    const auto updates = node.updates();
    ASSERT_GE(updates.size(), 3U);
    const auto first =
        std::ranges::find(updates, private_ipv4, [](const Sent& sent) { return sent.path.local; });
    EXPECT_LE(first - updates.begin(), 3);
    node.be_answered(*first, {.options = detected(0xffffffff)});
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.tunnel->local, private_ipv4);
}
RULE(rfc5555_4_4_3, GoesBackToIpv6WhenItMovesThere,
     "in an IPv6 network again it sends as RFC 6275 says") {
    BehindNat node(detected(30));
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().home_address_option(), home);
    EXPECT_EQ(node.update().flags(), flag::a | flag::h);
    node.be_answered();
    EXPECT_EQ(node.tunnel->encapsulation, Encapsulation::ip6);
}

// Receiving

RULE(rfc5555_4_2, TakesAnAnswerInUdp,
     "the answer comes in UDP, from the home agent's own address") {
    BehindNat node({});
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc5555_4_2, TakesNoAnswerOfAnotherInside,
     "inside UDP an answer goes from the home agent's address to the home address") {
    LaboratoryNode node;
    node.attach(only_ipv4);
    HeardPacket answer = node.answer_to(node.update());
    answer.source = stranger;
    node.hear(answer.octets(), node.update().path);
    EXPECT_FALSE(node.is_registered());
    answer.source = home_agent;
    node.hear(answer.octets(), node.update().path);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc5555_4_2, NeedsNoRoutingHeaderInUdp, "inside UDP there is no routing header") {
    LaboratoryNode node;
    node.attach(only_ipv4);
    HeardPacket answer = node.answer_to(node.update());
    answer.routed_to = home;
    node.hear(answer.octets(), node.update().path);
    EXPECT_FALSE(node.is_registered());
}
RULE(rfc5555_4_4_2, TunnelsInUdpBehindANat,
     "with a NAT Detection option packets are tunnelled in UDP from then on") {
    BehindNat node(detected(30));
    EXPECT_EQ(node.tunnel->encapsulation, Encapsulation::udp);
    EXPECT_EQ(node.tunnel->remote, ipv4_of_home_agent);
    EXPECT_EQ(node.told<mobility::NatDetected>().size(), 1U);
}

// NAT keepalives

struct Keepalive {
    const char* name;
    const char* rule;
    std::uint32_t refresh;
    std::uint8_t flags;
    std::chrono::seconds every;  // 0: none at all
};
constexpr auto keepalives = std::to_array<Keepalive>({
    {"KeepsAliveAsAdvised", "a refresh time is followed", 60, 0x80, 60s},
    {"KeepsAliveByItsOwnTimeWithoutAdvice", "refresh time 0 is ignored: its own, 110 s at most", 0,
     0x80, 25s},
    {"KeepsNothingAliveWithoutANat", "refresh time of all ones: no keepalives, though F is set",
     0xffffffff, 0x80, 0s},
    {"KeepsAliveWhateverFSays", "a NAT is a NAT without F, too", 60, 0, 60s},
    {"IgnoresReservedBitsOfNatDetection", "reserved bits of the option are ignored", 60, 0xff, 60s},
});
RULE_TABLE(rfc5555_3_2_2, keepalives) {
    BehindNat node(detected(row.refresh, row.flags));
    ASSERT_TRUE(node.is_registered());
    node.run_for(121s);
    if (row.every == 0s) {
        EXPECT_THAT(node.keepalives, testing::IsEmpty());
    } else {
        ASSERT_FALSE(node.keepalives.empty());
        EXPECT_EQ(node.keepalives.front(), noon + row.every);
        EXPECT_EQ(static_cast<std::int64_t>(node.keepalives.size()), 121s / row.every);
    }
}
RULE(rfc5555_4_3, KeepsNothingAliveWithoutTheOption,
     "without a NAT Detection option there is no NAT, and no keepalive") {
    BehindNat node({});
    node.run_for(300s);
    EXPECT_THAT(node.keepalives, testing::IsEmpty());
}
RULE(rfc5555_4_3, LearnsNothingOfTheNatWithoutProtection,
     "how long the NAT keeps a mapping is not asked where no answer would be proved") {
    auto settings = settings_of();
    settings.scout_port = 1;
    BehindNat node(detected(25), settings);
    node.run_for(60s);
    EXPECT_EQ(node.keepalives.size(), 2U);
    EXPECT_THAT(node.sent_of(message::heartbeat), testing::IsEmpty());
}
RULE(rfc5555_4_3, StopsKeepingAliveWhenItLeaves, "keepalives end with the path behind the NAT") {
    BehindNat node(detected(60));
    node.attach(at(care_of_b));
    node.be_answered();
    node.run_for(300s);
    EXPECT_THAT(node.keepalives, testing::IsEmpty());
}

// The IPv4 home address

RULE(rfc5555_3_1_1, AsksForAnyIpv4HomeAddress,
     "0.0.0.0 asks for an address: option 29 of 6 octets at 4n, prefix length 32, P clear") {
    LaboratoryNode node(with_ipv4());
    node.attach(at(care_of_a));
    const auto asked = node.update().option(option::ipv4_home);
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->offset % 4, 0U);
    EXPECT_EQ(asked->body, (Bytes{32U << 2U, 0, 0, 0, 0, 0}));
}
RULE(rfc5555_4_4_2, AsksForNoneThatItDoesNotNeed, "who needs no IPv4 home address names none") {
    EXPECT_FALSE(update_from_ipv4().option(option::ipv4_home));
}
RULE(rfc5555_4_4_2, NamesTheIpv4HomeAddressThatItHas,
     "who has an IPv4 home address names it in each update that keeps it") {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(0)});
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().option(option::ipv4_home)->body, (Bytes{32U << 2U, 0, 10, 19, 0, 2}));
    node.be_answered({.options = acknowledged(0)});
    node.run_for(480s);
    EXPECT_EQ(node.update().option(option::ipv4_home)->body, (Bytes{32U << 2U, 0, 10, 19, 0, 2}));
}
RULE(rfc5555_4_4_2_1, NamesNoneWhenItGivesAllUp, "a lifetime of zero removes all bindings") {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(0)});
    node.attach(at_home);
    EXPECT_FALSE(node.update().option(option::ipv4_home));
    EXPECT_EQ(node.update().lifetime(), 0U);
}
RULE(rfc5555_4_4_2, HasNoIpv4HomeAddressWithoutAnAnswer,
     "without an IPv4 Address Acknowledgement only the IPv6 home address is bound") {
    LaboratoryNode node(with_ipv4());
    node.register_at();
    EXPECT_TRUE(node.is_registered());
    EXPECT_FALSE(node.ipv4_home);
    EXPECT_FALSE(node.core.ipv4_home());
}
RULE(rfc5555_4_4_2, GivesItsIpv4HomeAddressUpWhereARefreshGrantsNone,
     "a later answer without the option leaves the IPv6 home address alone") {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(0)});
    ASSERT_TRUE(node.ipv4_home);
    node.run_until(noon + 480s);
    node.be_answered();
    EXPECT_FALSE(node.ipv4_home);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc5555_3_2_1, FollowsTheIpv4HomeAddressThatIsGranted,
     "the address of the answer counts, whichever was asked for") {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(0)});
    node.run_until(noon + 480s);
    node.be_answered({.options = acknowledged(0, {10, 19, 0, 77})});
    EXPECT_EQ(node.ipv4_home->text(), "10.19.0.77");
}
RULE(rfc5555_3_2_1, TakesNoUnspecifiedAddress, "an answer that grants 0.0.0.0 grants nothing") {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(0, {0, 0, 0, 0})});
    EXPECT_TRUE(node.is_registered());
    EXPECT_FALSE(node.ipv4_home);
}
RULE(rfc5555_4_4_2, TakesNoIpv4HomeAddressUnasked, "who has not asked for one takes none") {
    LaboratoryNode node;
    node.register_at(care_of_a, {.options = acknowledged(0)});
    EXPECT_TRUE(node.is_registered());
    EXPECT_FALSE(node.ipv4_home);
}

struct Ipv4Status {
    const char* name;
    const char* rule;
    std::uint8_t status;
};
constexpr auto ipv4_statuses = std::to_array<Ipv4Status>({
    {"Ipv4Status0Succeeds", "0, success: the IPv4 home address is carried", 0},
    {"Ipv4Status1Succeeds", "1, which is not defined, but below 128: it is carried", 1},
    {"Ipv4Status127Succeeds", "127, the greatest that succeeds: it is carried", 127},
    {"Ipv4Status128Fails", "128, reason unspecified: none, and the IPv6 binding stays", 128},
    {"Ipv4Status129Fails", "129, prohibited: none, and the IPv6 binding stays", 129},
    {"Ipv4Status130Fails", "130, incorrect address: none, and the IPv6 binding stays", 130},
    {"Ipv4Status131Fails", "131, invalid address: none, and the IPv6 binding stays", 131},
    {"Ipv4Status132Fails", "132, no dynamic address: none, and the IPv6 binding stays", 132},
    {"Ipv4Status133Fails", "133, prefix unauthorized: none, and the IPv6 binding stays", 133},
    {"Ipv4Status255Fails", "255, unknown: none, and the IPv6 binding stays", 255},
});
RULE_TABLE(rfc5555_3_2_1, ipv4_statuses) {
    LaboratoryNode node(with_ipv4());
    node.register_at(care_of_a, {.options = acknowledged(row.status)});
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.ipv4_home.has_value(), row.status < 128);
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
