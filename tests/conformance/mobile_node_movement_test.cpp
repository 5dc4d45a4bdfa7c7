// Movement detection and finding the home link: RFC 6275 §11.5.1, §11.5.2.

#include <gmock/gmock.h>

#include "tests/conformance/mobile_node_links.hpp"

namespace godwit::conformance::mobile_node {
namespace {

using test::care_of_a;
using test::care_of_b;
using testing::ElementsAre;
using testing::IsEmpty;

RULE(rfc6275_11_5_1, StaysWithARouterThatAnswers,
     "another router with another prefix is no move while the present one can be reached") {
    LinkBench bench;
    bench.hear(router_a());
    bench.run_for(1min);
    bench.hear(router_b());
    bench.be_answered_by(router_a());
    bench.run_for(1min);
    EXPECT_FALSE(bench.has_left(care_of_a));
}
RULE(rfc6275_11_5_1, AsksTheRouterItHas,
     "another router is a reason to ask the present one, by a unicast Neighbor Solicitation") {
    LinkBench bench;
    bench.hear(router_a());
    bench.run_for(1min);
    EXPECT_THAT(bench.probed, IsEmpty());
    bench.hear(router_b());
    EXPECT_THAT(bench.probed, ElementsAre(router_a().router));
    EXPECT_EQ(bench.solicited, 0U) << "and not all routers at once";
}
RULE(rfc6275_11_5_1, AsksAllRoutersWhereItsOwnIsSilent,
     "where the router does not answer a Router Solicitation is multicast") {
    LinkBench bench;
    bench.hear(router_a());
    bench.run_for(1min);
    bench.hear(router_b());
    bench.run_for(299ms);
    EXPECT_EQ(bench.solicited, 1U);
    EXPECT_FALSE(bench.has_left(care_of_a)) << "one lost solicitation is no proof";
}
RULE(rfc6275_11_5_1, MovesOnceTheRouterIsSilent,
     "a router that is asked in vain is not reachable any more: its addresses are left") {
    LinkBench bench;
    bench.hear(router_a());
    bench.run_for(1min);
    bench.hear(router_b());
    bench.run_for(1s);
    EXPECT_TRUE(bench.has_left(care_of_a));
    EXPECT_FALSE(bench.has_left(care_of_b));
}
RULE(rfc6275_11_5_1, HasSeveralRoutersOnALink, "a second router with the same prefix is no move") {
    LinkBench bench;
    bench.hear(router_a());
    Advertisement second = router_a();
    second.router = ip("fe80::a2");
    bench.hear(second);
    bench.run_for(1s);
    EXPECT_FALSE(bench.has_left(care_of_a)) << "whichever of them is silent";
}
RULE(rfc6275_11_5_1, ExpectsAdvertisementsAtTheirInterval,
     "an advertisement that fails to come within the Advertisement Interval is a hint") {
    LinkBench bench;
    Advertisement regular = router_a();
    regular.interval = 1000;
    bench.hear(regular);
    bench.run_for(999ms);
    EXPECT_THAT(bench.probed, IsEmpty());
    bench.run_for(1s);
    EXPECT_FALSE(bench.probed.empty());
    EXPECT_TRUE(bench.has_left(care_of_a));
}
RULE(rfc6275_11_5_1, GoesOnWhereAdvertisementsComeInTime,
     "advertisements that come in time are no reason to ask") {
    LinkBench bench;
    Advertisement regular = router_a();
    regular.interval = 1000;
    for (int heard = 0; heard < 60; ++heard) {
        bench.hear(regular);
        bench.run_for(1s);
    }
    EXPECT_THAT(bench.probed, IsEmpty());
}
RULE(rfc6275_11_5_1, HearsOfAnUnreachableRouter,
     "Neighbor Unreachability Detection of the default router is a hint") {
    LinkBench bench;
    bench.hear(router_a());
    bench.note(bench.watch.on_unreachable(bench.now, link, router_a().router));
    EXPECT_THAT(bench.probed, ElementsAre(router_a().router));
}
RULE(rfc6275_11_5_1, TakesALinkLayerHintForNoMove,
     "a link that had a break may be the same: its router is asked, and stays if it answers") {
    LinkBench bench;
    bench.hear(router_a());
    bench.note(bench.watch.on_link_shaken(bench.now, link));
    EXPECT_THAT(bench.probed, ElementsAre(router_a().router));
    EXPECT_FALSE(bench.has_left(care_of_a));
    bench.be_answered_by(router_a());
    bench.run_for(1min);
    EXPECT_FALSE(bench.has_left(care_of_a));
}
RULE(rfc6275_11_5_1, KnowsRoutersBySameLinkLocalAddressApart,
     "fe80::1 with another prefix after a break is another link's router") {
    LinkBench bench;
    bench.hear(router_at_home());
    bench.watch.on_link_lost(link);
    bench.note(bench.watch.on_link_up(bench.now, link));
    Advertisement same = router_a();
    same.router = router_at_home().router;
    bench.hear(same);
    EXPECT_FALSE(bench.is_home());
}
RULE(rfc6275_11_5_1, AsksARouterLessAndLess, "a silent router is not asked for ever") {
    LinkBench bench;
    bench.hear(router_a());
    bench.note(bench.watch.on_unreachable(bench.now, link, router_a().router));
    bench.run_for(1h);
    EXPECT_LE(bench.probed.size(), 10U);
}
RULE(rfc6275_11_5_1, ComesBackToARouterThatIsHeardAgain, "a router that is heard again is there") {
    LinkBench bench;
    bench.hear(router_a());
    bench.note(bench.watch.on_unreachable(bench.now, link, router_a().router));
    bench.run_for(1s);
    ASSERT_TRUE(bench.has_left(care_of_a));
    bench.hear(router_a());
    EXPECT_FALSE(bench.has_left(care_of_a));
}

// The home link

RULE(rfc6275_11_5_2, IsAtHomeByItsPrefix, "the home prefix in an advertisement is the home link") {
    LinkBench bench;
    bench.hear(router_a());
    EXPECT_FALSE(bench.is_home());
    bench.hear(router_at_home());
    EXPECT_TRUE(bench.is_home());
}
RULE(rfc6275_11_5_2, IsNotAtHomeByAShorterPrefix,
     "a prefix of another length is not the home prefix") {
    LinkBench bench;
    Advertisement shorter = router_at_home();
    shorter.prefix_length = 48;
    bench.hear(shorter);
    EXPECT_FALSE(bench.is_home());
}
RULE(rfc6275_11_5_2, LeavesHomeWhenThePrefixIsWithdrawn,
     "a home prefix of no lifetime is the home link no more") {
    LinkBench bench;
    bench.hear(router_at_home());
    Advertisement withdrawn = router_at_home();
    withdrawn.prefix_valid = 0;
    bench.hear(withdrawn);
    EXPECT_FALSE(bench.is_home());
}
RULE(rfc6275_11_5_2, LeavesHomeWhenThePrefixHasRunOut,
     "an advertisement counts as long as its prefix is valid") {
    LinkBench bench;
    Advertisement brief = router_at_home();
    brief.prefix_valid = 10;
    bench.hear(brief);
    bench.run_for(10s - 1ns);
    EXPECT_TRUE(bench.is_home());
    bench.run_for(1ns);
    EXPECT_FALSE(bench.is_home());
}
RULE(rfc6275_7_2, KnowsAPrefixWithItsRoutersAddress,
     "with the R flag the whole address of a router stands where its prefix does") {
    LinkBench bench;
    Advertisement whole = router_at_home();
    whole.prefix = "2001:db8:f::1";
    whole.is_router_address = true;
    bench.hear(whole);
    EXPECT_TRUE(bench.is_home());
}
RULE(rfc6275_11_5_2, IsAtHomeWithoutADefaultRouter,
     "a home agent need not be a default router to stand for the home link") {
    LinkBench bench;
    Advertisement none = router_at_home();
    none.router_lifetime = 0;
    bench.hear(none);
    EXPECT_TRUE(bench.is_home());
}

// RFC 4861 §6.3.4: what a host keeps

RULE(rfc4861_6_3_4, KeepsAPrefixThatAnotherAdvertisementDoesNotName,
     "a host takes the union of what it has received: an advertisement without a prefix does not "
     "end it") {
    LinkBench bench;
    bench.hear(router_at_home());
    Advertisement other_prefix = router_at_home();
    other_prefix.prefix = router_a().prefix;
    bench.hear(other_prefix);
    EXPECT_TRUE(bench.is_home());
    EXPECT_FALSE(bench.has_left(care_of_a));
    bench.run_for(1800s);
    EXPECT_FALSE(bench.is_home()) << "its lifetime does";
}

// RFC 4861 §6.1.2: what a host believes

struct Forged {
    const char* name;
    const char* rule;
    void (*forge)(Advertisement&);
};
const auto forged = std::to_array<Forged>({
    {"BelievesNoRouterFromAfar", "an advertisement that has been forwarded is discarded",
     [](Advertisement& said) { said.hop_limit = 254; }},
    {"BelievesNoGlobalRouter", "an advertisement comes from a link-local address",
     [](Advertisement& said) { said.router = ip("2001:db8:f::1"); }},
    {"BelievesNoOtherCode", "an advertisement has code 0",
     [](Advertisement& said) { said.code = 1; }},
    {"BelievesNoWrongChecksum", "an advertisement has a right checksum",
     [](Advertisement& said) { said.checksum_error = 1; }},
    {"BelievesNoOptionWithoutLength", "an option of length 0 spoils the advertisement",
     [](Advertisement& said) { said.option_length = 0; }},
    {"BelievesNoOptionThatOverruns", "an option beyond its end spoils the advertisement",
     [](Advertisement& said) { said.option_length = 9; }},
});
RULE_TABLE(rfc4861_6_1_2, forged) {
    Advertisement said = router_at_home();
    EXPECT_TRUE(LinkBench().hear(said));
    row.forge(said);
    LinkBench bench;
    EXPECT_FALSE(bench.hear(said));
    EXPECT_FALSE(bench.is_home());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
