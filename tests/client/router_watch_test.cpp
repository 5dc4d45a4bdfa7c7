#include "tests/client/router_watch_fixture.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::home_router;
using test::ip;
using test::noon;
using test::probe;
using test::router_a;
using test::router_b;
using test::solicit;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(RouterWatchTest, KnowsTheHomeLinkByItsRouterAdvertisement) {
    EXPECT_FALSE(watch_.home_link(noon));
    hear(noon, home_router);
    EXPECT_EQ(watch_.home_link(noon),
              (mobility::HomeLink{.interface = test::link, .router = ip("fe80::1")}));
}

TEST_F(RouterWatchTest, BelievesAnAdvertisementAsLongAsThePrefixIsValid) {
    hear(noon, home_router);
    EXPECT_TRUE(watch_.home_link(noon + 30min - 1ms));
    EXPECT_FALSE(watch_.home_link(noon + 30min));
    EXPECT_EQ(watch_.next_deadline(noon), noon + 30min);
}

TEST_F(RouterWatchTest, TakesAnotherPrefixForNothing) {
    hear(noon, router_a);
    EXPECT_FALSE(watch_.home_link(noon));
}

TEST_F(RouterWatchTest, LeavesWhenTheHomeRouterTakesItsPrefixBack) {
    hear(noon, home_router);
    RouterHeard withdrawn = home_router;
    withdrawn.prefixes.front().valid_for = 0s;
    hear(noon + 1s, withdrawn);
    EXPECT_FALSE(watch_.home_link(noon + 1s));
}

TEST_F(RouterWatchTest, StaysHomeWhereTheHomeAgentIsNoDefaultRouter) {
    hear(noon, home_router);
    RouterHeard no_default = home_router;
    no_default.default_for = 0s;
    hear(noon + 1s, no_default);
    EXPECT_TRUE(watch_.home_link(noon + 2s));
}

TEST_F(RouterWatchTest, KnowsTheHomePrefixWithTheWholeAddressOfItsRouter) {  // RFC 6275 §7.2
    RouterHeard heard = home_router;
    heard.prefixes.front().prefix.address = test::home_agent.address;
    hear(noon, heard);
    EXPECT_TRUE(watch_.home_link(noon));
}

// Another router is heard

TEST_F(RouterWatchTest, AsksTheKnownRouterItselfWhenAnotherIsHeard) {  // RFC 6275 §11.5.1
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1min, router_b), ElementsAre(probe(router_a)));
    EXPECT_FALSE(is_a_abandoned(noon + 1min)) << "another router alone is no proof";
    EXPECT_EQ(watch_.next_deadline(noon + 1min), noon + 1min + 100ms);
    EXPECT_THAT(watch_.on_deadline(noon + 1min + 99ms), IsEmpty());
    EXPECT_THAT(watch_.on_deadline(noon + 1min + 100ms), ElementsAre(probe(router_a), solicit))
        << "then all of them";
    EXPECT_THAT(watch_.on_deadline(noon + 1min + 200ms), ElementsAre(probe(router_a)));
    EXPECT_THAT(watch_.on_deadline(noon + 1min + 299ms), IsEmpty());
    EXPECT_FALSE(is_a_abandoned(noon + 1min + 299ms));
    EXPECT_THAT(watch_.on_deadline(noon + 1min + 300ms), IsEmpty());
    EXPECT_TRUE(is_a_abandoned(noon + 1min + 300ms));
    EXPECT_FALSE(is_b_abandoned(noon + 1min + 300ms));
    EXPECT_FALSE(watch_.is_abandoned(noon + 1min + 300ms, {4}, test::care_of_a.address))
        << "another link";
}

TEST_F(RouterWatchTest, StaysWhenTheKnownRouterAnswers) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1min, router_b), ElementsAre(probe(router_a)));
    watch_.on_answer(noon + 1min + 5ms, test::link, router_a.router);
    let_pass(noon + 1min + 5ms, noon + 2min);
    EXPECT_THAT(questions_, IsEmpty());
    EXPECT_FALSE(is_a_abandoned(noon + 2min));
}

TEST_F(RouterWatchTest, StaysWhenTheKnownRouterIsHeardAgain) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1min, router_b), ElementsAre(probe(router_a)));
    hear(noon + 1min + 250ms, router_a);
    let_pass(noon + 1min + 250ms, noon + 2min);
    EXPECT_FALSE(is_a_abandoned(noon + 2min));
}

TEST_F(RouterWatchTest, TakesNoAnswerOnAnotherLink) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1min, router_b), ElementsAre(probe(router_a)));
    watch_.on_answer(noon + 1min, {4}, router_a.router);
    let_pass(noon + 1min, noon + 1min + 300ms);
    EXPECT_TRUE(is_a_abandoned(noon + 1min + 300ms));
}

TEST_F(RouterWatchTest, DoesNotAskRoutersThatHaveJustBeenHeardEachTimeAKnownOneIs) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon, router_b), ElementsAre(probe(router_a)));
    watch_.on_answer(noon, test::link, router_a.router);
    hear(noon + 999ms, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1s, router_a), ElementsAre(probe(router_b)));
}

TEST_F(RouterWatchTest, AsksTheOneItWentToWhenTheOneItCameFromIsBack) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 1s, router_b), ElementsAre(probe(router_a)));
    let_pass(noon + 1s, noon + 1300ms);
    hear(noon + 1350ms, router_b);
    EXPECT_THAT(watch_.on_router_heard(noon + 1400ms, router_a), ElementsAre(probe(router_b)));
    let_pass(noon + 1400ms, noon + 1700ms);
    EXPECT_FALSE(is_a_abandoned(noon + 1700ms));
    EXPECT_TRUE(is_b_abandoned(noon + 1700ms));
}

TEST_F(RouterWatchTest, AsksARouterOnceASecondAtMost) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_router_heard(noon + 5s, router_b), ElementsAre(probe(router_a)));
    watch_.on_answer(noon + 5s, test::link, router_a.router);
    hear(noon + 5s + 999ms, router_b);
    EXPECT_THAT(watch_.on_router_heard(noon + 6s, router_b), ElementsAre(probe(router_a)));
}

TEST_F(RouterWatchTest, AsksAllRoutersWhereTheKnownOneGaveNoLinkLayerAddress) {
    RouterHeard nameless = home_router;
    nameless.link_layer.reset();
    hear(noon, nameless);
    EXPECT_THAT(watch_.on_router_heard(noon + 1min, router_b), ElementsAre(solicit));
    let_pass(noon + 1min, noon + 1min + 999ms);
    EXPECT_TRUE(watch_.home_link(noon + 1min + 999ms)) << "an advertisement takes up to 0.5 s";
    let_pass(noon + 1min + 999ms, noon + 1min + 1s);
    EXPECT_FALSE(watch_.home_link(noon + 1min + 1s));
}

TEST_F(RouterWatchTest, KeepsOnlyTheLastSixteenRoutersOfALink) {
    hear(noon, router_a);
    RouterHeard another = router_b;
    for (std::uint8_t number = 0; number < 16; ++number) {
        another.router.octets.back() = number;
        questions_ = watch_.on_router_heard(noon + 1ms, another);
        EXPECT_LE(questions_.size(), 1U) << "each is asked once";
    }
    EXPECT_TRUE(is_a_abandoned(noon + 1ms));
}

// It misses its advertisements

TEST_F(RouterWatchTest, AsksARouterThatMissesItsAdvertisements) {  // RFC 6275 §7.3, §11.5.1
    RouterHeard regular = router_a;
    regular.interval = 1s;
    hear(noon, regular);
    EXPECT_EQ(watch_.next_deadline(noon), noon + 1500ms);
    EXPECT_THAT(watch_.on_deadline(noon + 1499ms), IsEmpty());
    EXPECT_THAT(watch_.on_deadline(noon + 1500ms), ElementsAre(probe(router_a), solicit));
    let_pass(noon + 1500ms, noon + 1800ms);
    EXPECT_TRUE(is_a_abandoned(noon + 1800ms)) << "though no other router is heard";
    hear(noon + 2s, regular);
    EXPECT_FALSE(is_a_abandoned(noon + 2s));
}

TEST_F(RouterWatchTest, GoesOnAskingARouterThatAnswersButAdvertisesNoLonger) {
    RouterHeard regular = router_a;
    regular.interval = 70ms;  // the least that RFC 6275 §7.5 allows
    hear(noon, regular);
    EXPECT_THAT(watch_.on_deadline(noon + 105ms), ElementsAre(probe(router_a), solicit));
    watch_.on_answer(noon + 106ms, test::link, router_a.router);
    EXPECT_EQ(watch_.next_deadline(noon + 106ms), noon + 1105ms) << "once a second at most";
    EXPECT_FALSE(is_a_abandoned(noon + 1105ms));
}

TEST_F(RouterWatchTest, TakesNoIntervalForLessThanTheLeastThatThereIs) {
    RouterHeard absurd = router_a;
    absurd.interval = 0ms;
    hear(noon, absurd);
    EXPECT_EQ(watch_.next_deadline(noon), noon + 105ms);
}

TEST_F(RouterWatchTest, ExpectsNothingOfARouterThatNamesNoInterval) {
    hear(noon, router_a);
    let_pass(noon, noon + 20min);
    EXPECT_THAT(questions_, IsEmpty());
}

TEST_F(RouterWatchTest, GoesOnAskingASilentRouterLessAndLess) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_unreachable(noon, test::link, router_a.router),
                ElementsAre(probe(router_a)));
    let_pass(noon, noon + 10min);
    EXPECT_EQ(std::ranges::count(questions_, RouterQuestion(probe(router_a))), 9);
    EXPECT_EQ(std::ranges::count(questions_, RouterQuestion(solicit)), 1);
    EXPECT_TRUE(is_a_abandoned(noon + 10min));
    watch_.on_answer(noon + 10min, test::link, router_a.router);
    EXPECT_FALSE(is_a_abandoned(noon + 10min));
}

TEST_F(RouterWatchTest, DoesNotAskForNeighborsThatAreNoRouters) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_unreachable(noon, test::link, ip("fe80::77")), IsEmpty());
}

// Its link had a break

TEST_F(RouterWatchTest, LeavesHomeWhenTheLinkIsLost) {
    hear(noon, home_router);
    watch_.on_link_lost({2});
    EXPECT_TRUE(watch_.home_link(noon));
    watch_.on_link_lost(test::link);
    EXPECT_FALSE(watch_.home_link(noon));
}

TEST_F(RouterWatchTest, IsHomeAgainAsSoonAsTheHomeRouterAnswers) {
    hear(noon, home_router);
    watch_.on_link_lost(test::link);
    EXPECT_THAT(watch_.on_link_up(noon + 1s, test::link), ElementsAre(probe(home_router), solicit));
    EXPECT_FALSE(watch_.home_link(noon + 1s)) << "it may be any link";
    watch_.on_answer(noon + 1s + 1ms, test::link, home_router.router);
    EXPECT_TRUE(watch_.home_link(noon + 1s + 1ms));
}

TEST_F(RouterWatchTest, AsksAllRoutersOfALinkThatIsNew) {
    EXPECT_THAT(watch_.on_link_up(noon, test::link), ElementsAre(solicit));
    EXPECT_FALSE(watch_.next_deadline(noon));
}

TEST_F(RouterWatchTest, FindsAnAddressAbandonedAtOnceAfterItsLinkWasLost) {
    hear(noon, router_a);
    watch_.on_link_lost(test::link);
    EXPECT_FALSE(watch_.on_link_up(noon + 1s, test::link).empty());
    EXPECT_FALSE(is_a_abandoned(noon + 1s)) << "nobody is heard yet";
    hear(noon + 1s, router_b);
    EXPECT_TRUE(is_a_abandoned(noon + 1s));
    watch_.on_answer(noon + 1s + 1ms, test::link, router_a.router);
    EXPECT_FALSE(is_a_abandoned(noon + 1s + 1ms)) << "there are both";
}

TEST_F(RouterWatchTest, FindsAnAddressAbandonedAtOnceWhereAnotherRouterIsHeardAfterAShortBreak) {
    hear(noon, router_a);
    EXPECT_THAT(watch_.on_link_shaken(noon + 10ms, test::link),
                ElementsAre(probe(router_a), solicit));
    EXPECT_FALSE(is_a_abandoned(noon + 10ms));
    hear(noon + 11ms, router_b);
    EXPECT_TRUE(is_a_abandoned(noon + 11ms));
}

TEST_F(RouterWatchTest, StaysAfterAShortBreakWhereTheRouterIsTheSame) {
    hear(noon, home_router);
    EXPECT_THAT(watch_.on_link_shaken(noon + 10ms, test::link),
                ElementsAre(probe(home_router), solicit));
    EXPECT_TRUE(watch_.home_link(noon + 10ms)) << "a break is no proof of a move";
    watch_.on_answer(noon + 11ms, test::link, home_router.router);
    EXPECT_TRUE(watch_.home_link(noon + 1min));
}

TEST_F(RouterWatchTest, FindsTheRouterSilentAfterAShortBreakByItself) {
    hear(noon, home_router);
    EXPECT_FALSE(watch_.on_link_shaken(noon + 10ms, test::link).empty());
    let_pass(noon + 10ms, noon + 310ms);
    EXPECT_FALSE(watch_.home_link(noon + 310ms));
}

TEST_F(RouterWatchTest, WaitsForAnAddressToAskFrom) {
    hear(noon, router_a);
    watch_.on_link_lost(test::link);
    EXPECT_FALSE(watch_.on_link_up(noon + 1s, test::link).empty());
    watch_.on_not_asked(probe(router_a));
    EXPECT_EQ(watch_.next_deadline(noon + 1s), noon + 30min) << "no verdict without a question";
    EXPECT_FALSE(is_a_abandoned(noon + 3s));
    EXPECT_THAT(watch_.on_addresses(noon + 3s), ElementsAre(probe(router_a)));
    EXPECT_THAT(watch_.on_addresses(noon + 3s), IsEmpty());
    let_pass(noon + 3s, noon + 3s + 300ms);
    EXPECT_TRUE(is_a_abandoned(noon + 3s + 300ms));
}

TEST_F(RouterWatchTest, ForgetsTheRoutersOfAnInterfaceThatIsGone) {
    hear(noon, home_router);
    watch_.on_link_gone(test::link);
    EXPECT_FALSE(watch_.home_link(noon));
    EXPECT_FALSE(watch_.next_deadline(noon));
}

// Addresses

TEST_F(RouterWatchTest, LeavesAnAddressInPeaceWhereNoRouterIsHeard) {
    EXPECT_FALSE(is_a_abandoned(noon));
}

TEST_F(RouterWatchTest, FindsAnAddressAbandonedWhoseRouterIsNoDefaultRouterAnyMore) {
    hear(noon, router_a);
    RouterHeard no_default = router_a;
    no_default.default_for = 0s;
    hear(noon + 100ms, no_default);
    EXPECT_FALSE(is_a_abandoned(noon + 100ms)) << "there is nothing better";
    EXPECT_FALSE(watch_.on_router_heard(noon + 200ms, router_b).empty());
    EXPECT_TRUE(is_a_abandoned(noon + 200ms));
    hear(noon + 300ms, router_a);
    EXPECT_FALSE(is_a_abandoned(noon + 300ms));
}

TEST_F(RouterWatchTest, FindsAnAddressAbandonedOnceItsRoutersLifetimeIsOver) {
    RouterHeard short_lived = router_a;
    short_lived.default_for = 3s;
    hear(noon, short_lived);
    EXPECT_FALSE(watch_.on_router_heard(noon + 100ms, router_b).empty());
    watch_.on_answer(noon + 100ms, test::link, router_a.router);
    EXPECT_EQ(watch_.next_deadline(noon + 100ms), noon + 3s);
    EXPECT_FALSE(is_a_abandoned(noon + 3s - 1ms));
    EXPECT_TRUE(is_a_abandoned(noon + 3s));
}

TEST_F(RouterWatchTest, LetsAPrefixStandThatAnotherThanTheDefaultRouterAdvertises) {
    RouterHeard only_prefixes = router_a;
    only_prefixes.default_for = 0s;
    hear(noon, only_prefixes);
    EXPECT_FALSE(watch_.on_router_heard(noon, router_b).empty());
    watch_.on_answer(noon, test::link, router_a.router);
    EXPECT_FALSE(is_a_abandoned(noon));
}

TEST_F(RouterWatchTest, TellsWhichRoutersAreReplaced) {
    hear(noon, router_a);
    EXPECT_FALSE(watch_.on_router_heard(noon + 1s, router_b).empty());
    EXPECT_THAT(watch_.replaced(noon + 1s), IsEmpty());
    let_pass(noon + 1s, noon + 1300ms);
    const ReplacedRouter a{test::link, router_a.router, router_a.link_layer};
    EXPECT_THAT(watch_.replaced(noon + 1300ms), ElementsAre(a));
    watch_.on_answer(noon + 2s, test::link, router_a.router);
    EXPECT_THAT(watch_.replaced(noon + 2s), IsEmpty());
}

// The kernel would look for the home agent among its neighbors, for as long as the prefix is valid.
TEST_F(RouterWatchTest, TellsWhichPrefixesAreNotOnTheLinkAnyMore) {
    RouterHeard shared = home_router;
    shared.prefixes.push_back(router_b.prefixes.at(0));
    hear(noon, shared);
    EXPECT_FALSE(watch_.on_router_heard(noon + 1s, router_b).empty());
    EXPECT_THAT(watch_.lost_prefixes(noon + 1s), IsEmpty());
    let_pass(noon + 1s, noon + 1300ms);
    EXPECT_THAT(watch_.lost_prefixes(noon + 1300ms),
                ElementsAre(LostPrefix{test::link, test::home_prefix}));
    EXPECT_THAT(watch_.lost_prefixes(noon + 30min), IsEmpty()) << "it is valid no longer";
    (void)watch_.on_router_heard(noon + 2s, home_router);
    EXPECT_THAT(watch_.lost_prefixes(noon + 2s), IsEmpty());
}

TEST_F(RouterWatchTest, DoesNotSayOfTheOnlyRouterThatItIsReplaced) {
    hear(noon, router_a);
    EXPECT_FALSE(watch_.on_link_shaken(noon, test::link).empty());
    let_pass(noon, noon + 300ms);
    EXPECT_TRUE(is_a_abandoned(noon + 300ms));
    EXPECT_THAT(watch_.replaced(noon + 300ms), IsEmpty());
}

}  // namespace
}  // namespace godwit::client
