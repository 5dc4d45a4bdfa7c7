#include "shared/platform/alarm.hpp"

#include <gtest/gtest.h>

#include <array>

#include "shared/platform/wait.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;

bool rings_within(const Alarm& alarm, std::chrono::nanoseconds patience) {
    std::array<Watched, 1> watched{{{.descriptor = alarm.descriptor()}}};
    wait_until_readable(watched, patience);
    return watched[0].readable;
}

TEST(Alarm, RingsOnceItsTimeHasCome) {
    Alarm alarm;
    EXPECT_FALSE(alarm.is_set());
    EXPECT_FALSE(rings_within(alarm, 0ns));
    alarm.set(1ms);
    EXPECT_TRUE(alarm.is_set());
    EXPECT_TRUE(rings_within(alarm, 10s));
    alarm.clear();
    EXPECT_FALSE(alarm.is_set());
    EXPECT_FALSE(rings_within(alarm, 5ms)) << "once";
}

TEST(Alarm, IsSetAnewInPlaceOfBefore) {
    Alarm alarm;
    alarm.set(1h);
    alarm.set(1ms);
    EXPECT_TRUE(rings_within(alarm, 10s));
}

}  // namespace
}  // namespace godwit::platform
