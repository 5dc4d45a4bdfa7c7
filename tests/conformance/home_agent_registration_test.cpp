// RFC 6275 §10.3.1: what a home agent does with a registration.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

server::HomeAgentSettings granting(std::uint16_t units) {
    server::HomeAgentSettings settings = laboratory();
    settings.max_lifetime = wire::Lifetime(units);
    return settings;
}
server::HomeAgentSettings claiming(server::AddressClaim claim) {
    server::HomeAgentSettings settings = laboratory();
    settings.claim = [claim](const wire::HomeAddress&) { return claim; };
    return settings;
}

RULE(rfc6275_10_3_1, BindsTheHomeAddress,
     "an update that is taken makes a binding, with status 0") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_10_3_1, UpdatesTheEntryThatIsThere,
     "another update of the same home address changes the one entry that there is") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11}, care_of_b).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
    EXPECT_EQ(bench.core.bindings().size(), 1U);
}

RULE(rfc6275_10_3_1, ServesSeveralMobileNodes, "each home address has an entry of its own") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({}, care_of_b, other_home).status(), 0);
    EXPECT_EQ(bench.tunnel(home), care_of_a);
    EXPECT_EQ(bench.tunnel(other_home), care_of_b);
}

RULE(rfc6275_10_3_1, TwoHomeAddressesMayHaveOneCareOfAddress,
     "two home addresses may be bound to one care-of address") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({}, care_of_a, other_home).status(), 0);
    EXPECT_EQ(bench.tunnel(home), care_of_a);
    EXPECT_EQ(bench.tunnel(other_home), care_of_a);
}

RULE(rfc6275_10_3_1, RefusesAnotherSubnet,
     "a home address outside the home prefix is refused with status 132") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({}, care_of_a, ip("2001:db8:e::9"));
    EXPECT_EQ(answer.status(), 132);
    EXPECT_EQ(answer.routing_header, ip("2001:db8:e::9"));
    EXPECT_EQ(bench.tunnel(ip("2001:db8:e::9")), std::nullopt);
}

RULE(rfc6275_10_3_1, SaysWhyAStrangerIsRefused,
     "a home address of the home prefix that is nobody's is refused with status 129") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}, care_of_a, ip("2001:db8:f::77")).status(), 129);
    EXPECT_EQ(bench.tunnel(ip("2001:db8:f::77")), std::nullopt);
}

RULE(rfc6275_10_3_1, SaysWhyAForbiddenOneIsRefused,
     "a mobile node that may not register is refused with status 129") {
    server::HomeAgentSettings settings = laboratory();
    settings.mobile_nodes.at(0).may_register = false;
    HomeAgentBench bench(settings);
    EXPECT_EQ(bench.answer({}).status(), 129);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, NeedsAHomeAddressOption,
     "a registration needs a Home Address option: without one it makes no binding") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.options = alternate_care_of(care_of_a)}, home);
    EXPECT_GE(answer.status(), 128);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, NeedsNoEntryForAHomeAddressOption,
     "the Home Address option of an update is taken without a Binding Cache entry") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}, care_of_b, other_home).status(), 0);
}

struct Grant {
    const char* name;
    const char* rule;
    std::uint16_t asked;
    std::uint16_t allowed;
    std::uint16_t granted;
};
constexpr auto grants = std::to_array<Grant>({
    {"GrantsOneUnit", "the least lifetime, one unit, is granted", 1, 900, 1},
    {"GrantsWhatIsAskedFor", "what is asked for is granted where it is allowed", 150, 900, 150},
    {"GrantsOneLessThanAllowed", "one less than is allowed is granted", 899, 900, 899},
    {"GrantsWhatIsAllowed", "just what is allowed is granted", 900, 900, 900},
    {"GrantsNoMoreThanAllowed", "one more than is allowed is cut to what is", 901, 900, 900},
    {"GrantsTheMostWhereThatIsAllowed", "65535 units are granted where that is allowed", 65535,
     65535, 65535},
    {"CutsTheMost", "65535 units are cut to what is allowed", 65535, 900, 900},
});
RULE_TABLE(rfc6275_10_3_1, grants) {
    HomeAgentBench bench(granting(row.allowed));
    EXPECT_EQ(bench.answer({.lifetime = row.asked}).lifetime(), row.granted);
    bench.wait(row.granted * 4s - 1ns);
    EXPECT_EQ(bench.tunnel(), care_of_a);
    bench.wait(1ns);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, ARefreshBeginsANewLifetime, "a refresh begins the lifetime anew") {
    BoundHomeAgent bench(10);
    bench.wait(599s);
    EXPECT_EQ(bench.answer({.sequence = 11}).lifetime(), 150);
    bench.wait(599s);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_10_3_1, ARefreshMayShortenTheLifetime, "a refresh may ask for less than is left") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .lifetime = 1}).lifetime(), 1);
    bench.wait(4s);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, KeepsABindingForItsLifetime,
     "a home registration stays until its lifetime ends, refreshed or not") {
    BoundHomeAgent bench(10);
    bench.wait(600s - 1ns);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_10_3_1, KeepsABindingWhoseRefreshIsRefused,
     "a refused refresh neither ends nor changes the binding") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 11, .options = alternate_care_of(home)}).status(), 174);
    bench.wait(600s - 1ns);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_10_3_1, AnswersNothingWhenABindingExpires, "the end of a lifetime is not told") {
    BoundHomeAgent bench(10);
    EXPECT_TRUE(bench.wait(1000s).empty());
}

RULE(rfc6275_10_3_1, AcknowledgesWithoutA,
     "a registration is acknowledged whatever its A bit says") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.flags = home_registration}).status(), 0);
}

RULE(rfc6275_10_3_1, AcknowledgesARefusalWithoutA, "a refusal is told whatever the A bit says") {
    HomeAgentBench bench;
    const Update update{.flags = home_registration, .options = alternate_care_of(home)};
    EXPECT_EQ(bench.answer(update).status(), 174);
}

RULE(rfc6275_10_3_1, ClearsTheKeyManagementBit,
     "K is cleared, since no keys of IPsec are agreed on dynamically") {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.flags = acknowledge | home_registration | key_management});
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.flags() & 0x80, 0);
}

RULE(rfc6275_10_3_1, GivesNoRefreshAdvice,
     "no Binding Refresh Advice, since bindings are in nonvolatile storage") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({}).option(2), std::nullopt);
}

RULE(rfc6275_10_3_1, IsSilentUntilTheAddressIsKnownToBeFree,
     "without an entry nothing is answered before duplicate address detection has ended") {
    HomeAgentBench bench(claiming(server::AddressClaim::undecided));
    EXPECT_TRUE(bench.hear({}).empty());
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, RefusesAnAddressThatSomebodyHas,
     "an address that another node on the home link has is refused with status 134") {
    HomeAgentBench bench(claiming(server::AddressClaim::taken));
    EXPECT_EQ(bench.answer({}).status(), 134);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc6275_10_3_1, DetectsNoDuplicatesOfABoundAddress,
     "with an entry there is no duplicate address detection: a move does not wait") {
    auto claim = std::make_shared<server::AddressClaim>(server::AddressClaim::free);
    server::HomeAgentSettings settings = laboratory();
    settings.claim = [claim](const wire::HomeAddress&) { return *claim; };
    BoundHomeAgent bench(10, settings);
    *claim = server::AddressClaim::undecided;
    EXPECT_EQ(bench.answer({.sequence = 11}, care_of_b).status(), 0);
}

RULE(rfc6275_10_3_1, DetectsDuplicatesAgainOnceABindingIsOver,
     "without an entry, since the binding has expired, duplicate address detection comes first") {
    auto claim = std::make_shared<server::AddressClaim>(server::AddressClaim::free);
    server::HomeAgentSettings settings = laboratory();
    settings.claim = [claim](const wire::HomeAddress&) { return *claim; };
    BoundHomeAgent bench(10, settings);
    bench.wait(600s);
    *claim = server::AddressClaim::taken;
    EXPECT_EQ(bench.answer({.sequence = 11}).status(), 134);
}

RULE(rfc6275_10_3_1, TestsTheSubnetBeforeTheAddress,
     "a home address of another subnet is refused before anything is asked about it") {
    server::HomeAgentSettings settings = claiming(server::AddressClaim::taken);
    settings.home_prefix = wire::Prefix::parse("2001:db8:e::/64").value();
    HomeAgentBench bench(settings);
    EXPECT_EQ(bench.answer({}).status(), 132);
}

RULE(rfc6275_10_3_1, TakesASupernetForWhatItIs,
     "the home prefix is compared by its length, not by 64 bits") {
    server::HomeAgentSettings settings = laboratory();
    settings.home_prefix = wire::Prefix::parse("2001:db8:f::8/125").value();
    settings.mobile_nodes.at(1).home = {ip("2001:db8:f::10")};
    HomeAgentBench bench(settings);
    EXPECT_EQ(bench.answer({}).status(), 0);
    EXPECT_EQ(bench.answer({}, care_of_a, ip("2001:db8:f::10")).status(), 132);
}

}  // namespace
}  // namespace godwit::conformance
