// RFC 6275 §12, §13, and those of other RFCs: constants by their values, where nothing else shows
// them.

#include <chrono>

#include "server/core/home_link_defence.hpp"
#include "server/core/revocations.hpp"
#include "shared/mobility/constants.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/lifetime.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using namespace std::chrono_literals;

RULE(rfc6275_12, MaxDeleteBceTimeoutIs10Seconds, "MAX_DELETE_BCE_TIMEOUT is 10 s") {
    EXPECT_EQ(mobility::max_delete_bce_timeout, 10s);
}
RULE(rfc6275_12, MaxUpdateRateIs3, "MAX_UPDATE_RATE is 3 a second") {
    EXPECT_EQ(mobility::max_update_rate, 3U);
}
RULE(rfc6275_12, InitialBindackTimeoutIs1Second, "INITIAL_BINDACK_TIMEOUT is 1 s") {
    EXPECT_EQ(mobility::initial_bindack_timeout, 1s);
}
RULE(rfc6275_12, MaxBindackTimeoutIs32Seconds, "MAX_BINDACK_TIMEOUT is 32 s") {
    EXPECT_EQ(mobility::max_bindack_timeout, 32s);
}
RULE(rfc6275_13, InitialBindackTimeoutFirstRegIs1500Milliseconds,
     "InitialBindackTimeoutFirstReg is 1.5 s at first") {
    EXPECT_EQ(mobility::initial_bindack_timeout_first_registration, 1500ms);
}
RULE(rfc4861_10, MaxNeighborAdvertisementIs3, "MAX_NEIGHBOR_ADVERTISEMENT is 3") {
    EXPECT_EQ(server::HomeLinkDefence::announcements, 3U);
}
RULE(rfc5555_9, ThePortIs4191, "UDP port of DSMIPv6 is 4191") {
    EXPECT_EQ(mobility::dsmip_port, 4191);
}
RULE(rfc5846_11, InitMinDelayIs1Second, "InitMINDelayBRIs is 1 s") {
    EXPECT_EQ(server::Revocations::initial_min_delay, 1s);
}
RULE(rfc5846_11, MaxBrackTimeoutIs2Seconds, "MAX_BRACK_TIMEOUT is 2 s") {
    EXPECT_EQ(server::Revocations::max_brack_timeout, 2s);
}
RULE(rfc6275_6_1_7, TheLongestLifetimeIs65535Units, "a lifetime has 16 bits") {
    EXPECT_EQ(wire::max_lifetime.count(), 65535U);
}

}  // namespace
}  // namespace godwit::conformance
