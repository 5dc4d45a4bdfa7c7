#include "shared/runtime/sleep_detection.hpp"

#include <gtest/gtest.h>

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;

TEST(SleepDetection, TellsOfASleepOnce) {
    SleepDetection sleep(2h);
    EXPECT_FALSE(sleep.is_over(2h));
    EXPECT_TRUE(sleep.is_over(3h));
    EXPECT_FALSE(sleep.is_over(3h));
    EXPECT_TRUE(sleep.is_over(3h + 1s));
}

TEST(SleepDetection, TakesNoPauseBetweenTwoReadingsForASleep) {
    SleepDetection sleep(2h);
    EXPECT_FALSE(sleep.is_over(2h - 10s)) << "the process stood still between the two";
    EXPECT_FALSE(sleep.is_over(2h));
    EXPECT_FALSE(sleep.is_over(2h + 1us));
}

}  // namespace
}  // namespace godwit::runtime
