#include "shared/runtime/counters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::runtime {
namespace {

TEST(Counters, CountByReason) {
    Counters counters;
    counters.add("replayed");
    counters.add("bad-tag", 2);
    counters.add("replayed");
    EXPECT_EQ(counters.count("replayed"), 2U);
    EXPECT_EQ(counters.count("truncated"), 0U);
    EXPECT_THAT(counters.by_reason(),
                testing::ElementsAre(testing::Pair("bad-tag", 2U), testing::Pair("replayed", 2U)));
}

}  // namespace
}  // namespace godwit::runtime
