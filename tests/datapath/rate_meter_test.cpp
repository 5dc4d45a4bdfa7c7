#include "shared/datapath/rate_meter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t packet = 1000;  // octets
constexpr std::uint64_t slow = 4'000'000;
constexpr std::uint64_t least_burst = RateMeter::least_burst / packet * packet;

// Octets that pass when at each of `times` steps as much is offered as possible.
std::uint64_t passed(RateMeter& meter, mobility::Instant begin, std::chrono::nanoseconds step,
                     int times, std::size_t size = packet) {
    std::uint64_t octets = 0;
    for (int index = 0; index < times; ++index) {
        while (meter.take(begin + index * step, size)) {
            octets += size;
        }
    }
    return octets;
}

TEST(RateMeter, LetsABurstPassAfterAPause) {
    RateMeter meter({slow});
    EXPECT_EQ(passed(meter, test::noon, 0ns, 1), least_burst);
    EXPECT_FALSE(meter.take(test::noon, packet));
    EXPECT_EQ(passed(meter, test::noon + 1h, 0ns, 1), least_burst);
}

TEST(RateMeter, LetsAQuarterOfASecondOfAHighRatePassAtOnce) {
    RateMeter meter({1'000'000'000});
    EXPECT_NEAR(static_cast<double>(passed(meter, test::noon, 0ns, 1)), 31'250'000, packet);
}

TEST(RateMeter, TakesTwoOfTheLongestPacketsThatAreManyInOne) {
    RateMeter meter({mobility::BitRate::least});
    EXPECT_TRUE(meter.take(test::noon, 65'535));
    EXPECT_TRUE(meter.take(test::noon, 65'535));
    EXPECT_FALSE(meter.take(test::noon, 40));
}

TEST(RateMeter, MeetsItsRateWhateverThatIs) {
    for (const std::uint64_t rate : {8'000ULL, 64'000ULL, 333'333ULL, 20'000'000ULL,
                                     1'000'000'000ULL, 99'999'999'999ULL, 100'000'000'000ULL}) {
        RateMeter meter({rate});
        static_cast<void>(passed(meter, test::noon, 0ns, 1, 50'000));  // the burst
        static_cast<void>(passed(meter, test::noon, 0ns, 1));
        constexpr int packets = 20'000;
        const auto step = std::chrono::nanoseconds(std::max<std::int64_t>(
            1, static_cast<std::int64_t>(packet * 8e9 / 3.7 / static_cast<double>(rate))));
        const std::uint64_t octets = passed(meter, test::noon + step, step, packets);
        const double due =
            static_cast<double>(rate) / 8e9 * static_cast<double>((step * packets).count());
        EXPECT_NEAR(static_cast<double>(octets), due, packet + due * 2e-6) << rate;
    }
}

TEST(RateMeter, LosesNothingByLookingOften) {
    RateMeter meter({100'000'000'000});  // 12.5 octets in a nanosecond
    static_cast<void>(passed(meter, test::noon, 0ns, 1, 60'000));
    static_cast<void>(passed(meter, test::noon, 0ns, 1, 1));
    EXPECT_NEAR(static_cast<double>(passed(meter, test::noon + 1ns, 1ns, 10'000, 1)), 125'000, 2);
}

TEST(RateMeter, CountsWhatIsTooMuch) {
    RateMeter meter({mobility::BitRate::least});
    static_cast<void>(passed(meter, test::noon, 0ns, 1, 65'536));
    EXPECT_EQ(meter.over(), (Traffic{1, 65'536}));
    EXPECT_FALSE(meter.take(test::noon, 40));
    EXPECT_EQ(meter.over(), (Traffic{2, 65'576}));
}

TEST(RateMeter, LetsSmallPacketsPassWhereALargeOneDoesNotFit) {
    RateMeter meter({8'000'000});  // an octet each microsecond
    static_cast<void>(passed(meter, test::noon, 0ns, 1, 64));
    EXPECT_FALSE(meter.take(test::noon + 100us, 1400));
    EXPECT_TRUE(meter.take(test::noon + 100us, 64));
}

TEST(RateMeter, GoesOnWithAnotherRateFromTheNextPacketOn) {
    RateMeter meter({8'000'000});
    static_cast<void>(passed(meter, test::noon, 0ns, 1));
    meter.set({80'000'000});
    EXPECT_NEAR(static_cast<double>(passed(meter, test::noon, 1ms, 11)), 100'000, packet);
    meter.set({8'000'000});
    EXPECT_NEAR(static_cast<double>(passed(meter, test::noon + 10ms, 1ms, 11)), 10'000, packet);
}

TEST(RateMeter, GivesNoOtherBurstForAnotherRate) {
    RateMeter meter({8'000'000});
    static_cast<void>(passed(meter, test::noon, 0ns, 1));
    for (const std::uint64_t rate : {9'000'000U, 8'000'000U, 9'000'000U}) {
        meter.set({rate});
        EXPECT_FALSE(meter.take(test::noon, packet)) << rate;
    }
}

TEST(RateMeter, DoesNotMindATimeThatGoesBack) {
    RateMeter meter({8'000'000});
    static_cast<void>(passed(meter, test::noon, 0ns, 1));
    EXPECT_FALSE(meter.take(test::noon - 1h, packet));
    EXPECT_FALSE(meter.take(test::noon, packet));
    EXPECT_TRUE(meter.take(test::noon + 2ms, packet));
}

TEST(RateMeter, OfATunnelIsNoneWithoutALimit) {
    RateMeter meter({mobility::BitRate::most});
    EXPECT_EQ(set_to(nullptr, {}), nullptr);
    EXPECT_EQ(set_to(&meter, {slow}), &meter);
    EXPECT_EQ(passed(meter, test::noon, 0ns, 1), least_burst);
}

}  // namespace
}  // namespace godwit::datapath
