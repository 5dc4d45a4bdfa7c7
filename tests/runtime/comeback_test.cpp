#include "client/comeback.hpp"

#include <gtest/gtest.h>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr mobility::Instant start{1h};

TEST(ComebackTest, IsNothingBeforeAFailure) {
    const Comeback comeback;
    EXPECT_EQ(comeback.due(), std::nullopt);
    EXPECT_FALSE(comeback.is_due(start));
    EXPECT_EQ(comeback.reason(), "");
}

TEST(ComebackTest, IsTriedSoonAndThenLessOften) {
    Comeback comeback;
    mobility::Instant now = start;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        comeback.on_failure(now, "no key");
        EXPECT_EQ(comeback.due(), now + pause);
        EXPECT_FALSE(comeback.is_due(now + pause - 1ms));
        now += pause;
        EXPECT_TRUE(comeback.is_due(now));
    }
    EXPECT_EQ(comeback.reason(), "no key");
}

TEST(ComebackTest, WaitsNoLongerForTwoFailuresOfOneAttempt) {
    Comeback comeback;
    comeback.on_failure(start, "no key");
    comeback.on_failure(start + 10ms, "the interface is taken");
    EXPECT_EQ(comeback.due(), start + 1s);
    EXPECT_EQ(comeback.reason(), "the interface is taken");
}

TEST(ComebackTest, BeginsAnewOnceItHasBeen) {
    Comeback comeback;
    comeback.on_failure(start, "no key");
    comeback.on_failure(start + 1s, "no key");
    comeback.end();
    EXPECT_EQ(comeback.due(), std::nullopt);
    EXPECT_EQ(comeback.reason(), "");
    comeback.on_failure(start + 1h, "no key");
    EXPECT_EQ(comeback.due(), start + 1h + 1s);
}

}  // namespace
}  // namespace godwit::client
