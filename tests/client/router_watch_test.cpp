#include "client/core/router_watch.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::ip;
using test::noon;

const wire::Prefix other_prefix = wire::Prefix::parse("2001:db8:a::/64").value();
const RouterHeard home_router{
    .interface = {3}, .router = ip("fe80::1"), .prefixes = {{test::home_prefix, 30min}}};
const RouterHeard other_router{
    .interface = {3}, .router = ip("fe80::2"), .prefixes = {{other_prefix, 30min}}};

TEST(RouterWatch, KnowsTheHomeLinkByItsRouterAdvertisement) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.home_link(noon));
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    ASSERT_TRUE(watch.home_link(noon));
    EXPECT_EQ(watch.home_link(noon)->interface, mobility::InterfaceIndex{3});
    EXPECT_EQ(watch.home_link(noon)->router, ip("fe80::1"));
}

TEST(RouterWatch, BelievesAnAdvertisementAsLongAsThePrefixIsValid) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.home_link(noon + 30min - 1ms));
    EXPECT_FALSE(watch.home_link(noon + 30min));
    EXPECT_EQ(watch.next_deadline(noon), noon + 30min);
}

TEST(RouterWatch, TakesAnotherPrefixForNothing) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, other_router));
    EXPECT_FALSE(watch.home_link(noon));
}

TEST(RouterWatch, AsksTheHomeRouterWhenAnotherIsHeard) {  // RFC 6275 §11.5.1
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.on_router_heard(noon + 1min, other_router));
    EXPECT_FALSE(watch.on_router_heard(noon + 1min + 10ms, other_router)) << "asked already";
    EXPECT_TRUE(watch.home_link(noon + 1min + 999ms));
    EXPECT_FALSE(watch.home_link(noon + 1min + 1s));
}

TEST(RouterWatch, StaysHomeWhenTheHomeRouterAnswers) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.on_router_heard(noon + 1min, other_router));
    EXPECT_FALSE(watch.on_router_heard(noon + 1min + 500ms, home_router));
    EXPECT_TRUE(watch.home_link(noon + 2min));
}

TEST(RouterWatch, LeavesWhenTheLinkIsLost) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    watch.on_link_lost({2});
    EXPECT_TRUE(watch.home_link(noon));
    watch.on_link_lost({3});
    EXPECT_FALSE(watch.home_link(noon));
}

TEST(RouterWatch, LeavesWhenTheHomeRouterTakesItsPrefixBack) {
    RouterWatch watch(test::home_prefix);
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    RouterHeard withdrawn = home_router;
    withdrawn.prefixes.front().valid_for = 0s;
    EXPECT_FALSE(watch.on_router_heard(noon + 1s, withdrawn));
    EXPECT_FALSE(watch.home_link(noon + 1s));
}

TEST(RouterWatch, KnowsTheHomePrefixWithTheWholeAddressOfItsRouter) {  // RFC 6275 §7.2
    RouterWatch watch(test::home_prefix);
    RouterHeard heard = home_router;
    heard.prefixes.front().prefix.address = test::home_agent.address;
    EXPECT_FALSE(watch.on_router_heard(noon, heard));
    EXPECT_TRUE(watch.home_link(noon));
}

TEST(RouterWatch, LeavesAnAddressInPeaceWhereNoRouterIsHeard) {
    const RouterWatch watch(std::nullopt);
    EXPECT_FALSE(watch.is_abandoned(noon, {3}, test::care_of_a.address));
}

TEST(RouterWatch, FindsAnAddressAbandonedOnceItsRouterIsSilent) {
    RouterWatch watch(std::nullopt);
    RouterHeard router_b = other_router;
    router_b.router = ip("fe80::b");
    router_b.prefixes.front().prefix = wire::Prefix::parse("2001:db8:b::/64").value();
    EXPECT_FALSE(watch.on_router_heard(noon, other_router));
    EXPECT_TRUE(watch.on_router_heard(noon + 5s, router_b));
    EXPECT_FALSE(watch.is_abandoned(noon + 6s - 1ms, {3}, test::care_of_a.address));
    EXPECT_TRUE(watch.is_abandoned(noon + 6s, {3}, test::care_of_a.address));
    EXPECT_FALSE(watch.is_abandoned(noon + 6s, {3}, test::care_of_b.address));
    EXPECT_FALSE(watch.is_abandoned(noon + 6s, {4}, test::care_of_a.address)) << "another link";
}

TEST(RouterWatch, FindsAnAddressAbandonedAtOnceAfterItsLinkWasLost) {
    RouterWatch watch(std::nullopt);
    RouterHeard router_b = other_router;
    router_b.router = ip("fe80::b");
    router_b.prefixes.front().prefix = wire::Prefix::parse("2001:db8:b::/64").value();
    EXPECT_FALSE(watch.on_router_heard(noon, other_router));
    watch.on_link_lost({3});
    EXPECT_FALSE(watch.on_router_heard(noon + 1s, router_b));
    EXPECT_TRUE(watch.is_abandoned(noon + 1s, {3}, test::care_of_a.address));
}

}  // namespace
}  // namespace godwit::client
