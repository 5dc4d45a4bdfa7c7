#include "shared/mobility/link_traits.hpp"

#include <gtest/gtest.h>

namespace godwit::mobility {
namespace {

const LinkTraits ethernet{.name = "eth0", .kind = LinkKind::wired, .is_metered = false};
const LinkTraits hotspot{.name = "wlan0", .kind = LinkKind::wifi, .is_metered = true};

TEST(LinkTraits, MatchTheirKind) {
    EXPECT_TRUE(matches("wired", ethernet));
    EXPECT_FALSE(matches("wifi", ethernet));
    EXPECT_TRUE(matches("wifi", hotspot));
    EXPECT_FALSE(matches("cellular", hotspot));
}

TEST(LinkTraits, MatchWhatTheyCost) {
    EXPECT_TRUE(matches("unmetered", ethernet));
    EXPECT_FALSE(matches("metered", ethernet));
    EXPECT_TRUE(matches("metered", hotspot));
    EXPECT_FALSE(matches("unmetered", hotspot));
}

TEST(LinkTraits, MatchTheirName) {
    EXPECT_TRUE(matches("eth0", ethernet));
    EXPECT_FALSE(matches("eth", ethernet));
    EXPECT_FALSE(matches("th0", ethernet));
    EXPECT_FALSE(matches("eth00", ethernet));
}

TEST(LinkTraits, MatchPatternsOfTheirName) {
    for (const auto* pattern :
         {"eth*", "*", "e*0", "*0", "eth?", "????", "e*t*0", "**h0", "eth0*"}) {
        EXPECT_TRUE(matches(pattern, ethernet)) << pattern;
    }
    for (const auto* pattern : {"wlan*", "?", "eth0?", "*1", "e*1", "?????", "*eth", ""}) {
        EXPECT_FALSE(matches(pattern, ethernet)) << pattern;
    }
}

TEST(LinkTraits, TakeAWordForTheKindAndNeverForAName) {
    EXPECT_FALSE(matches("wifi", {.name = "wifi", .kind = LinkKind::wired, .is_metered = false}));
    EXPECT_TRUE(matches("wifi?", {.name = "wifi0", .kind = LinkKind::wired, .is_metered = false}));
}

TEST(LinkTraits, MatchALongPatternInNoTime) {
    const std::string pattern = "*a*a*a*a*a*a*b";
    EXPECT_FALSE(matches(pattern, {.name = std::string(1000, 'a')}));
}

}  // namespace
}  // namespace godwit::mobility
