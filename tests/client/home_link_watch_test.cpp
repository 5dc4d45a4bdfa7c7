#include "client/core/home_link_watch.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::ip;
using test::noon;

const RouterHeard home_router{
    .interface = {3}, .router = ip("fe80::1"), .advertises_home_prefix = true, .valid_for = 30min};
const RouterHeard other_router{.interface = {3}, .router = ip("fe80::2")};

TEST(HomeLinkWatch, KnowsTheHomeLinkByItsRouterAdvertisement) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.home_link(noon));
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    ASSERT_TRUE(watch.home_link(noon));
    EXPECT_EQ(watch.home_link(noon)->interface, mobility::InterfaceIndex{3});
    EXPECT_EQ(watch.home_link(noon)->router, ip("fe80::1"));
}

TEST(HomeLinkWatch, BelievesAnAdvertisementAsLongAsThePrefixIsValid) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.home_link(noon + 30min - 1ms));
    EXPECT_FALSE(watch.home_link(noon + 30min));
    EXPECT_EQ(watch.next_deadline(noon), noon + 30min);
}

TEST(HomeLinkWatch, TakesAnotherPrefixForNothing) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, other_router));
    EXPECT_FALSE(watch.home_link(noon));
}

TEST(HomeLinkWatch, AsksTheHomeRouterWhenAnotherIsHeard) {  // RFC 6275 §11.5.1
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.on_router_heard(noon + 1min, other_router));
    EXPECT_FALSE(watch.on_router_heard(noon + 1min + 10ms, other_router)) << "asked already";
    EXPECT_TRUE(watch.home_link(noon + 1min + 999ms));
    EXPECT_FALSE(watch.home_link(noon + 1min + 1s));
}

TEST(HomeLinkWatch, StaysHomeWhenTheHomeRouterAnswers) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    EXPECT_TRUE(watch.on_router_heard(noon + 1min, other_router));
    EXPECT_FALSE(watch.on_router_heard(noon + 1min + 500ms, home_router));
    EXPECT_TRUE(watch.home_link(noon + 2min));
}

TEST(HomeLinkWatch, LeavesWhenTheLinkIsLost) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    watch.on_link_lost({2});
    EXPECT_TRUE(watch.home_link(noon));
    watch.on_link_lost({3});
    EXPECT_FALSE(watch.home_link(noon));
}

TEST(HomeLinkWatch, LeavesWhenTheHomeRouterTakesItsPrefixBack) {
    HomeLinkWatch watch;
    EXPECT_FALSE(watch.on_router_heard(noon, home_router));
    RouterHeard withdrawn = home_router;
    withdrawn.valid_for = 0s;
    EXPECT_FALSE(watch.on_router_heard(noon + 1s, withdrawn));
    EXPECT_FALSE(watch.home_link(noon + 1s));
}

}  // namespace
}  // namespace godwit::client
