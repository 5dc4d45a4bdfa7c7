#include "client/core/path_probes.hpp"

#include <algorithm>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Path;
using test::noon;

const Path native{.local = test::ip("2001:db8:a::2"), .remote = test::home_agent.address};
const Path over_udp{.encapsulation = mobility::Encapsulation::udp,
                    .local = test::ip("2001:db8:a::2"),
                    .remote = test::home_agent.address,
                    .remote_port = 4191};

TEST(PathProbes, AskTheFirstPathAtOnceAndTheNextALittleLater) {
    PathProbes probes(7);
    probes.ask(noon, {native, over_udp}, 1, 600ms);
    EXPECT_EQ(probes.due(noon).at(0).path, native);
    EXPECT_TRUE(probes.due(noon + 50ms - 1ns).empty());
    EXPECT_EQ(probes.next_deadline(), noon + 50ms);
    EXPECT_EQ(probes.due(noon + 50ms).at(0).path, over_udp);
}

TEST(PathProbes, AskAgainUntilAnsweredForASecond) {
    PathProbes probes(7);
    probes.ask(noon, {native}, 1, 600ms);
    std::size_t asked = 0;
    for (auto now = noon; now < noon + 10s; now += 1ms) {
        asked += probes.due(now).size();
    }
    EXPECT_EQ(asked, 5U);
    EXPECT_TRUE(probes.is_over());
    EXPECT_FALSE(probes.next_deadline());
    EXPECT_THAT(probes.unanswered(), testing::ElementsAre(native));
}

TEST(PathProbes, MeasureTheRoundTripOfTheTryThatIsAnswered) {
    PathProbes probes(7);
    probes.ask(noon, {native}, 1, 600ms);
    (void)probes.due(noon);
    const auto second = probes.due(noon + 200ms).at(0);
    const auto answer = probes.on_response(noon + 230ms, second.sequence);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->round_trip, 30ms);
    EXPECT_EQ(answer->path, native);
    EXPECT_EQ(probes.round_trip(native), 30ms);
    EXPECT_FALSE(probes.round_trip(over_udp));
    EXPECT_TRUE(probes.has_answered(native));
    EXPECT_TRUE(probes.is_over());
}

TEST(PathProbes, TakeAnAnswerOnceAndNoneThatNobodyAskedFor) {
    PathProbes probes(7);
    probes.ask(noon, {native}, 1, 600ms);
    const auto heartbeat = probes.due(noon).at(0);
    EXPECT_FALSE(probes.on_response(noon + 1ms, heartbeat.sequence + 1));
    EXPECT_TRUE(probes.on_response(noon + 1ms, heartbeat.sequence));
    EXPECT_FALSE(probes.on_response(noon + 2ms, heartbeat.sequence));
}

TEST(PathProbes, AskOneAnewWhileTheOthersGoOn) {
    PathProbes probes(7);
    probes.ask(noon, {native, over_udp}, 2, 600ms);
    (void)probes.due(noon);
    probes.ask_anew(noon + 10ms, native, 60ms);
    EXPECT_EQ(probes.due(noon + 10ms).at(0).path, native);
    EXPECT_EQ(probes.due(noon + 30ms).at(0).path, native);
    std::size_t others = 0;
    for (auto now = noon + 40ms; now < noon + 10s; now += 1ms) {
        others += static_cast<std::size_t>(
            std::ranges::count(probes.due(now), over_udp, &PathProbes::Heartbeat::path));
    }
    EXPECT_EQ(others, 4U) << "five tries with the first one";
}

TEST(PathProbes, DoNotAskAgainAlongAPathThatIsBeingAsked) {
    PathProbes probes(7);
    probes.ask(noon, {native}, 1, 600ms);
    (void)probes.due(noon);
    probes.ask_too(noon + 10ms, {native, over_udp});
    EXPECT_THAT(probes.due(noon + 10ms), testing::SizeIs(1));
}

}  // namespace
}  // namespace godwit::client
