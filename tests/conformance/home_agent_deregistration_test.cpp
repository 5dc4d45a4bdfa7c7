// RFC 6275 §10.3.2: how a binding ends by an update of lifetime 0, from the home link and from
// away.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

// The matrix of conformance suites: whence it comes, which care-of address it names, whether it
// asks for an acknowledgement, whether there is an entry.
struct Farewell {
    const char* name;
    const char* rule;
    bool is_at_home;
    const char* alternate;  // Alternate Care-of Address; none: ""
    std::uint16_t flags;
    bool is_bound;
    int status;
};
constexpr std::uint16_t asking = acknowledge | home_registration;
constexpr std::uint16_t modest = home_registration;
constexpr auto farewells = std::to_array<Farewell>({
    {"FromAway", "lifetime 0 from away ends the binding", false, "", asking, true, 0},
    {"FromAwayWithoutA", "lifetime 0 from away is acknowledged without A too", false, "", modest,
     true, 0},
    {"FromAwayNamingTheCareOfAddress", "lifetime 0 that names the care-of address ends the binding",
     false, "2001:db8:a::2", asking, true, 0},
    {"FromAwayNamingTheHomeAddress", "lifetime 0 from away that names the home address ends it too",
     false, "2001:db8:f::9", asking, true, 0},
    {"FromAwayNamingAnother", "which care-of address a deregistration names is not looked at",
     false, "2001:db8:c::2", asking, true, 0},
    {"AtHome", "lifetime 0 from the home address, without Home Address option, ends the binding",
     true, "", asking, true, 0},
    {"AtHomeWithoutA", "lifetime 0 from the home address is acknowledged without A too", true, "",
     modest, true, 0},
    {"AtHomeNamingTheHomeAddress",
     "lifetime 0 at home with the home address as Alternate Care-of Address ends the binding", true,
     "2001:db8:f::9", asking, true, 0},
    {"NothingFromAway", "nothing to end: status 133 from away", false, "", asking, false, 133},
    {"NothingFromAwayWithoutA", "nothing to end: status 133 without A too", false, "", modest,
     false, 133},
    {"NothingAtHome", "nothing to end: status 133 at home", true, "", asking, false, 133},
    {"NothingAtHomeWithoutA", "nothing to end: status 133 at home without A too", true, "", modest,
     false, 133},
});
RULE_TABLE(rfc6275_10_3_2, farewells) {
    HomeAgentBench bench;
    if (row.is_bound) {
        ASSERT_EQ(bench.answer({.sequence = 10}).status(), 0);
    }
    const Answer answer = bench.answer(
        {.sequence = 11,
         .lifetime = 0,
         .flags = row.flags,
         .options = *row.alternate == '\0' ? Bytes() : alternate_care_of(ip(row.alternate))},
        row.is_at_home ? home : care_of_a);
    EXPECT_EQ(answer.status(), row.status);
    EXPECT_EQ(answer.sequence(), 11);
    EXPECT_EQ(answer.lifetime(), 0);
    EXPECT_EQ(answer.destination, row.is_at_home ? home : care_of_a);
    EXPECT_EQ(answer.routing_header, row.is_at_home ? std::nullopt : std::optional(home));
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_2, TheHomeAddressAsCareOfAddressWithALifetimeEndsNothing,
     "only lifetime 0 is a deregistration: the home address as care-of address is refused (RFC "
     "3775 had taken it)") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .options = alternate_care_of(home)}).status(), 174);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_10_3_2, ComesFromAnyCareOfAddress,
     "a deregistration may come from another care-of address than is bound") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer({.sequence = 11, .lifetime = 0}, care_of_b);
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.destination, care_of_b);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_2, EndsNobodyElsesBinding, "the bindings of other home addresses stay") {
    BoundHomeAgent bench(10);
    ASSERT_EQ(bench.answer({}, care_of_b, other_home).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 11, .lifetime = 0}).status(), 0);
    EXPECT_EQ(bench.tunnel(other_home), care_of_b);
}

RULE(rfc6275_10_3_2, GivesNoRefreshAdvice,
     "the acknowledgement of a deregistration has no Binding Refresh Advice") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .lifetime = 0}).option(2), std::nullopt);
}

RULE(rfc6275_10_3_2, ClearsTheKeyManagementBit,
     "K is cleared in the acknowledgement of a deregistration") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer(
        {.sequence = 11, .lifetime = 0, .flags = acknowledge | home_registration | key_management});
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.flags() & 0x80, 0);
}

RULE(rfc6275_10_3_2, AnswersOnTheHomeLinkWhereTheUpdateCame,
     "on the home link the acknowledgement leaves by the interface that the update came by") {
    BoundHomeAgent bench(10);
    (void)bench.answer({.sequence = 11, .lifetime = 0}, home);
    EXPECT_EQ(bench.last_way().interface, HomeAgentBench::home_link);
}

RULE(rfc6275_10_3_2, ARefusalOnTheHomeLinkLeavesThereToo,
     "a refusal on the home link goes to the mobile node's link, bound as its address may be") {
    BoundHomeAgent bench(10);
    const Answer answer = bench.answer({.sequence = 9, .lifetime = 0}, home);
    EXPECT_EQ(answer.status(), 135);
    EXPECT_EQ(answer.destination, home);
    EXPECT_EQ(bench.last_way().interface, HomeAgentBench::home_link);
}

RULE(rfc6275_10_3_2, ALateUpdateAfterItIsOutOfTheWindow,
     "a late older update is refused with status 135 and the number of the deregistration") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    const Answer late = bench.answer({.sequence = 20});
    EXPECT_EQ(late.status(), 135);
    EXPECT_EQ(late.sequence(), 21);
    EXPECT_EQ(late.destination, care_of_a);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_2, TheSameUpdateAfterItIsOutOfTheWindowToo,
     "a repeated deregistration of the same number is refused with status 135") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 135);
}

RULE(rfc6275_10_3_2, AnotherDeregistrationFindsNothing,
     "the invalid entry is no home registration: a newer deregistration gets status 133") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 22, .lifetime = 0}, home).status(), 133);
}

RULE(rfc6275_10_3_2, ANewerUpdateAfterItBindsAgain,
     "a newer update makes a binding again while the invalid entry is kept") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 22}, care_of_b).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc6275_10_3_2, KeepsTheInvalidEntryForTenSeconds,
     "an older update is out of the window until MAX_DELETE_BCE_TIMEOUT, 10 s, has passed") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    bench.wait(10s - 1ns);
    EXPECT_EQ(bench.answer({.sequence = 20}).status(), 135);
}

RULE(rfc6275_10_3_2, ForgetsTheInvalidEntryAfterTenSeconds,
     "after MAX_DELETE_BCE_TIMEOUT the entry is gone, and any number is accepted") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    bench.wait(10s);
    EXPECT_EQ(bench.answer({.sequence = 20}).status(), 0);
    EXPECT_EQ(bench.core.bindings().size(), 1U);
}

RULE(rfc6275_10_3_2, ALateUpdateDoesNotKeepTheInvalidEntry,
     "refused updates do not make the invalid entry stay longer") {
    BoundHomeAgent bench(19);
    ASSERT_EQ(bench.answer({.sequence = 21, .lifetime = 0}, home).status(), 0);
    bench.wait(9s);
    EXPECT_EQ(bench.answer({.sequence = 20}).status(), 135);
    bench.wait(1s);
    EXPECT_EQ(bench.core.bindings().size(), 0U);
}

RULE(rfc6275_10_3_2, IsTakenAfterTheLifetimeHasEndedAsNothing,
     "a deregistration that comes when the binding has just expired finds nothing: status 133") {
    BoundHomeAgent bench(10);
    bench.wait(600s);
    EXPECT_EQ(bench.answer({.sequence = 11, .lifetime = 0}, home).status(), 133);
}

RULE(rfc6275_10_3_2, IsNoneOfAnotherSubnet,
     "a deregistration of a home address outside the home prefix is refused with status 132") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.lifetime = 0}, care_of_a, ip("2001:db8:e::9")).status(), 132);
}

}  // namespace
}  // namespace godwit::conformance
