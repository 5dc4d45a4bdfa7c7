#include "shared/security/tai64n.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;
using Time = std::chrono::sys_time<std::chrono::nanoseconds>;

TEST(Tai64n, IsTenSecondsAheadOfUnixTime) {
    EXPECT_THAT(Tai64n::from(Time(0ns)).octets,
                ElementsAreArray(test::octets("400000000000000a00000000")));
    EXPECT_THAT(Tai64n::from(Time(1700000000s + 5ns)).octets,
                ElementsAreArray(test::octets("400000006553f10a00000005")));
}

TEST(Tai64n, ComparesAsTheTimesDo) {
    EXPECT_LT(Tai64n::from(Time(255s)), Tai64n::from(Time(256s)));
    EXPECT_LT(Tai64n::from(Time(255ns)), Tai64n::from(Time(256ns)));
    EXPECT_LT(Tai64n::from(Time(999'999'999ns)), Tai64n::from(Time(1s)));
    EXPECT_LT(Tai64n(), Tai64n::from(Time(0ns)));
}

TEST(Tai64n, StepsByOneNanosecond) {
    EXPECT_EQ(Tai64n::from(Time(7s)).next(), Tai64n::from(Time(7s + 1ns)));
    EXPECT_EQ(Tai64n::from(Time(7s + 999'999'999ns)).next(), Tai64n::from(Time(8s)));
}

}  // namespace
}  // namespace godwit::security
