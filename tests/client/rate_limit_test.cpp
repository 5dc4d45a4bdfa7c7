#include "client/core/rate_limit.hpp"

#include "shared/mobility/constants.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

TEST(UpdateRate, AllowsThreeUpdatesAtOnce) {
    RateLimit<mobility::max_update_rate> rate(1s);
    for (int update = 0; update < 3; ++update) {
        EXPECT_EQ(rate.earliest(test::noon), test::noon);
        rate.on_done(test::noon);
    }
}

TEST(UpdateRate, AllowsAFourthASecondAfterTheFirst) {  // RFC 6275 §11.8
    RateLimit<mobility::max_update_rate> rate(1s);
    rate.on_done(test::noon);
    rate.on_done(test::noon + 200ms);
    rate.on_done(test::noon + 400ms);
    EXPECT_EQ(rate.earliest(test::noon + 999ms), test::noon + 1s);
    EXPECT_EQ(rate.earliest(test::noon + 1s), test::noon + 1s);
    rate.on_done(test::noon + 1s);
    EXPECT_EQ(rate.earliest(test::noon + 1s), test::noon + 1200ms);
}

}  // namespace
}  // namespace godwit::client
