// What a router has advertised, over all its advertisements: RFC 4861 §6.3.4.

#include "tests/client/router_watch_fixture.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::home_router;
using test::noon;
using test::router_a;
using test::router_b;

class RouterPrefixesTest : public RouterWatchTest {};

TEST_F(RouterPrefixesTest, StaysHomeWhenTheHomeRouterAdvertisesWithoutItsPrefix) {
    hear(noon, home_router);
    RouterHeard without = home_router;
    without.prefixes.clear();
    hear(noon + 1s, without);
    without.prefixes = router_a.prefixes;
    hear(noon + 2s, without);
    EXPECT_TRUE(watch_.home_link(noon + 2s));
    EXPECT_FALSE(is_a_abandoned(noon + 2s));
    EXPECT_FALSE(watch_.home_link(noon + 30min)) << "as long as the prefix is valid";
}

TEST_F(RouterPrefixesTest, TakesAnotherLinkLayerAddressForAnotherRouter) {
    hear(noon, home_router);
    RouterHeard another = home_router;
    another.link_layer = router_a.link_layer;
    another.prefixes = router_a.prefixes;
    hear(noon + 1s, another);
    EXPECT_FALSE(watch_.home_link(noon + 1s));
}

TEST_F(RouterPrefixesTest, TakesWhatIsHeardAfterABreakForAllThatIsAdvertised) {
    hear(noon, home_router);
    EXPECT_FALSE(watch_.on_link_shaken(noon + 1s, test::link).empty());
    RouterHeard another = home_router;
    another.prefixes = router_a.prefixes;
    hear(noon + 1s, another);
    EXPECT_FALSE(watch_.home_link(noon + 1s));
}

// Two networks of one box: the same addresses, and an answer comes before an advertisement.
TEST_F(RouterPrefixesTest, TakesWhatIsHeardAfterABreakForAllThoughTheRouterHasAnswered) {
    hear(noon, home_router);
    EXPECT_FALSE(watch_.on_link_shaken(noon + 1s, test::link).empty());
    watch_.on_answer(noon + 1s, test::link, home_router.router);
    RouterHeard another = home_router;
    another.prefixes = router_a.prefixes;
    hear(noon + 1s + 100ms, another);
    EXPECT_FALSE(watch_.home_link(noon + 1s + 100ms));
}

TEST_F(RouterPrefixesTest, KeepsThePrefixesThatARouterRepeatsWhateverElseItAdvertises) {
    hear(noon, home_router);
    RouterHeard liar = home_router;
    liar.prefixes = router_b.prefixes;
    for (std::uint8_t number = 0; number < 63; ++number) {
        liar.prefixes.front().prefix.address.octets.at(7) = number;
        hear(noon + 1s, liar);
    }
    hear(noon + 2s, home_router);
    liar.prefixes.front().prefix.address.octets.at(7) = 63;
    hear(noon + 3s, liar);
    EXPECT_TRUE(watch_.home_link(noon + 3s));
    EXPECT_TRUE(is_b_abandoned(noon + 3s)) << "not heard for the longest time of sixty-five";
}

// Addresses that no router may have stood for

const RouterHeard unique_local = test::router(0xc, "fd00::/64");

TEST_F(RouterPrefixesTest, LeavesAnAddressOfDhcpInPeaceWhereOnlyAUniqueLocalPrefixIsAdvertised) {
    hear(noon, unique_local);
    EXPECT_FALSE(is_a_abandoned(noon));
    EXPECT_FALSE(watch_.on_router_heard(noon, router_b).empty());
    EXPECT_TRUE(is_a_abandoned(noon)) << "a network before this one gave it";
}

TEST_F(RouterPrefixesTest,
       FindsAnAddressAbandonedThatHadARouterWhereAUniqueLocalPrefixIsAdvertised) {
    hear(noon, router_a);
    watch_.on_link_lost(test::link);
    EXPECT_FALSE(watch_.on_link_up(noon + 1s, test::link).empty());
    hear(noon + 1s, unique_local);
    EXPECT_TRUE(is_a_abandoned(noon + 1s));
}

TEST_F(RouterPrefixesTest, KnowsWhatTheRouterOfThisAddressHasAdvertisedElsewhere) {
    hear(noon, router_a);
    watch_.on_link_lost(test::link);
    EXPECT_FALSE(watch_.on_link_up(noon + 1s, test::link).empty());
    RouterHeard another = unique_local;
    another.router = router_a.router;
    hear(noon + 1s, another);
    EXPECT_TRUE(is_a_abandoned(noon + 1s));
}

}  // namespace
}  // namespace godwit::client
