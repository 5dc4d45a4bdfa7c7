#include "client/core/target.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using test::ip;

mobility::CandidateAddress candidate(std::string_view address, std::uint32_t interface = 1,
                                     std::uint32_t metric = 1024) {
    return {.interface = {interface}, .address = ip(address), .route_metric = metric};
}

Target choose(const std::vector<mobility::CandidateAddress>& candidates,
              const Target& present = Nowhere{}) {
    return choose_target({.candidates = candidates, .home = {}}, present, test::home_agent);
}

Target away(const mobility::CandidateAddress& there) {
    return Away{there};
}

TEST(ChoosingACareOfAddress, FindsNoneWhereNoneIsOffered) {
    EXPECT_EQ(choose({}), Target{Nowhere{}});
}

TEST(ChoosingACareOfAddress, NeverTakesATentativeOne) {
    auto tentative = candidate("2001:db8:a::2");
    tentative.tentative = true;
    EXPECT_EQ(choose({tentative}), Target{Nowhere{}});
    const auto other = candidate("2001:db8:b::2", 2, 2048);
    EXPECT_EQ(choose({tentative, other}), away(other));
}

TEST(ChoosingACareOfAddress, PrefersTheLowerRouteMetric) {
    const auto wireless = candidate("2001:db8:a::2", 1, 600);
    const auto wired = candidate("2001:db8:b::2", 2, 100);
    EXPECT_EQ(choose({wireless, wired}), away(wired));
    EXPECT_EQ(choose({wireless, wired}, away(wireless)), away(wired));
}

TEST(ChoosingACareOfAddress, TakesADeprecatedOneOnlyWithoutAnother) {
    auto deprecated = candidate("2001:db8:a::2", 1, 100);
    deprecated.deprecated = true;
    const auto other = candidate("2001:db8:b::2", 2, 600);
    EXPECT_EQ(choose({deprecated, other}), away(other));
    EXPECT_EQ(choose({deprecated}), away(deprecated));
}

TEST(ChoosingACareOfAddress, TakesAnAbandonedOneOnlyWithoutAnother) {
    auto abandoned = candidate("2001:db8:a::2", 1, 100);
    abandoned.abandoned = true;
    const auto other = candidate("2001:db8:b::2", 1, 600);
    EXPECT_EQ(choose({abandoned, other}, away(abandoned)), away(other));
    EXPECT_EQ(choose({abandoned}), away(abandoned));
}

TEST(ChoosingACareOfAddress, StaysWithThePresentOneAmongEquals) {
    const auto first = candidate("2001:db8:f:1::2", 1);  // shares more bits with the home agent
    const auto second = candidate("2001:db8:a::2", 2);
    EXPECT_EQ(choose({first, second}), away(first));
    EXPECT_EQ(choose({first, second}, away(second)), away(second));
}

TEST(ChoosingACareOfAddress, PrefersAnAddressThatLasts) {
    auto temporary = candidate("2001:db8:a::1");
    temporary.temporary = true;
    const auto lasting = candidate("2001:db8:a::2");
    EXPECT_EQ(choose({temporary, lasting}), away(lasting));
}

TEST(ChoosingACareOfAddress, PrefersTheLongerCommonPrefixWithTheHomeAgent) {
    const auto far = candidate("2a00::2", 1);
    const auto near = candidate("2001:db8:a::2", 1);
    EXPECT_EQ(choose({far, near}), away(near));
}

TEST(ChoosingACareOfAddress, PrefersHomeToEveryOther) {
    const mobility::HomeLink link{.interface = {2}, .router = ip("fe80::1")};
    EXPECT_EQ(choose_target({.candidates = {candidate("2001:db8:a::2", 1, 1)}, .home = link},
                            Nowhere{}, test::home_agent),
              Target{AtHome{link}});
}

TEST(AMove, KnowsItsCause) {
    using mobility::MoveCause;
    const auto a = candidate("2001:db8:a::2", 1);
    const auto b = candidate("2001:db8:b::2", 2);
    const Target home = AtHome{{.interface = {3}, .router = ip("fe80::1")}};
    EXPECT_EQ(cause_of_move(Nowhere{}, Away{a}, {.candidates = {a}, .home = {}}),
              MoveCause::first_attachment);
    EXPECT_EQ(cause_of_move(Away{a}, Away{b}, {.candidates = {b}, .home = {}}),
              MoveCause::address_lost);
    EXPECT_EQ(cause_of_move(Away{a}, Away{b}, {.candidates = {a, b}, .home = {}}),
              MoveCause::better_path);
    EXPECT_EQ(cause_of_move(Away{a}, home, {}), MoveCause::returned_home);
    EXPECT_EQ(cause_of_move(home, Away{a}, {}), MoveCause::left_home);
}

}  // namespace
}  // namespace godwit::client
