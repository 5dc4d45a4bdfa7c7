#include "shared/runtime/nearest_name.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace godwit::runtime {
namespace {

const std::array<std::string, 3> known{"home_address", "home_prefix", "lifetime"};

TEST(NearestName, FindsWhatOneWrongLetterHides) {
    EXPECT_EQ(nearest_name("home_adress", known), "home_address");
    EXPECT_EQ(nearest_name("lifetimes", known), "lifetime");
    EXPECT_EQ(nearest_name("lifetime", known), "lifetime");
}

TEST(NearestName, CountsSwappedNeighboursAsOneStep) {
    EXPECT_EQ(nearest_name("ifl", std::array<std::string, 1>{"ilf"}), "ilf");
}

TEST(NearestName, FindsNothingForAnotherWord) {
    EXPECT_EQ(nearest_name("colour", known), std::nullopt);
    EXPECT_EQ(nearest_name("", known), std::nullopt);
}

TEST(NearestName, PrefersTheNearerOfTwo) {
    EXPECT_EQ(nearest_name("home_prefis", known), known[1]);
}

}  // namespace
}  // namespace godwit::runtime
