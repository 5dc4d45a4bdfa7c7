#include "shared/mobility/bit_rate.hpp"

#include <gtest/gtest.h>

namespace godwit::mobility {
namespace {

TEST(BitRate, IsWrittenWithASuffixOrWithout) {
    EXPECT_EQ(BitRate::parse("64k"), BitRate{64'000});
    EXPECT_EQ(BitRate::parse("20M"), BitRate{20'000'000});
    EXPECT_EQ(BitRate::parse("1G"), BitRate{1'000'000'000});
    EXPECT_EQ(BitRate::parse("1500000"), BitRate{1'500'000});
}

TEST(BitRate, MayBeNone) {
    EXPECT_EQ(BitRate::parse("none"), BitRate{});
    EXPECT_TRUE(BitRate{}.is_none());
    EXPECT_EQ(BitRate{}.text(), "none");
}

TEST(BitRate, IsWithinItsLimits) {
    EXPECT_EQ(BitRate::parse("8k"), BitRate{BitRate::least});
    EXPECT_EQ(BitRate::parse("7999"), std::nullopt);
    EXPECT_EQ(BitRate::parse("100G"), BitRate{BitRate::most});
    EXPECT_EQ(BitRate::parse("100000000001"), std::nullopt);
    EXPECT_FALSE(BitRate{BitRate::least - 1}.is_possible());
    EXPECT_TRUE(BitRate{BitRate::most}.is_possible());
    EXPECT_TRUE(BitRate{}.is_possible());
}

TEST(BitRate, IsNothingElse) {
    for (const char* text : {"", "k", "0", "-1M", "+1M", "1.5M", "20 M", "20m", "20Mbit", "None",
                             " 20M", "18446744073709551615G", "18446744073709551616"}) {
        EXPECT_EQ(BitRate::parse(text), std::nullopt) << text;
    }
}

TEST(BitRate, ShowsTheGreatestSuffixThatLeavesAWholeNumber) {
    for (const char* text : {"64k", "20M", "1500k", "3G", "1234567", "none"}) {
        EXPECT_EQ(BitRate::parse(text).value().text(), text);
    }
    EXPECT_EQ(BitRate{20'000'000}.text(), "20M");
}

}  // namespace
}  // namespace godwit::mobility
