// The MTU of the way down: what the home agent makes of mobility::PathMtuSearch.

#include <algorithm>

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

constexpr std::uint32_t native_inner = 1426;  // of 1500

std::vector<mobility::TunnelMtu> fits(const Actions& actions) {
    std::vector<mobility::TunnelMtu> found;
    for (const auto& fit : test::all<mobility::FitTunnel>(actions)) {
        found.push_back(fit.mtu);
    }
    return found;
}

class PathMtu : public testing::Test {
  protected:
    PathMtu() { home_agent_.answers_heartbeats = false; }
    // Registered and proved; what came of the proof.
    Actions settle() {
        const Actions first = home_agent_.hear(noon, update(1));
        EXPECT_EQ(fits(first), std::vector{mobility::TunnelMtu::of(native_inner)})
            << "what the interface takes, for now";
        EXPECT_TRUE(probes_in(first).empty()) << "the mobile node may not have the keys yet";
        return home_agent_.answer(noon + 10ms, challenges_in(first).at(0));
    }
    [[nodiscard]] mobility::TunnelMtu mtu() const {
        return home_agent_.core.path_checks().mtu(*home_agent_.binding(noon + 1s));
    }
    // Answers the probes up to this size, as long as others follow.
    void carry_up_to(std::uint32_t size, Actions actions) {
        Instant now = noon + 20ms;
        for (int round = 0; round < 100; ++round) {
            Actions next;
            for (const auto& probe : probes_in(actions)) {
                if (probe.padded_to <= size) {
                    std::ranges::move(home_agent_.answer(now, probe), std::back_inserter(next));
                }
            }
            now += 100ms;
            std::ranges::move(home_agent_.core.on_deadline(now), std::back_inserter(next));
            actions = std::move(next);
        }
    }

    AskedHomeAgent home_agent_{Protection::sealed};
};

TEST_F(PathMtu, IsAskedForOnceTheMobileNodeHasAnswered) {
    const Actions actions = settle();
    const auto probes = probes_in(actions);
    ASSERT_GT(probes.size(), 1U);
    EXPECT_EQ(probes.at(0).padded_to, native_inner);
    for (const auto& probe : probes) {
        EXPECT_TRUE(std::holds_alternative<mobility::ThroughTunnel>(probe.seal));
        EXPECT_EQ(probe.path.remote, test::care_of_a.address);
    }
    EXPECT_EQ(test::all<mobility::WatchTraffic>(actions).at(0).what,
              mobility::WatchTraffic::What::large_sent);
}

TEST_F(PathMtu, StaysWhereTheLongestProbeComesBack) {
    carry_up_to(9000, settle());
    EXPECT_EQ(mtu(), mobility::TunnelMtu::of(native_inner));
}

TEST_F(PathMtu, FollowsAPathThatCarriesLess) {
    carry_up_to(1390, settle());
    EXPECT_LE(mtu().inner, 1390U);
    EXPECT_GE(mtu().inner, 1380U);
}

TEST_F(PathMtu, IsToldAndFitted) {
    const Actions first = settle();
    Actions last;
    for (const auto& probe : probes_in(first)) {
        if (probe.padded_to <= 1400 && probe.padded_to != native_inner) {
            last = home_agent_.answer(noon + 20ms, probe);
        }
    }
    const Actions shrunk = home_agent_.core.on_deadline(noon + 2s);
    (void)last;
    const auto told = test::events<mobility::MtuChanged>(shrunk);
    for (const auto& event : told) {
        EXPECT_EQ(event.home, test::home);
    }
    EXPECT_EQ(fits(shrunk).size(), told.size());
}

TEST_F(PathMtu, IsAskedForAgainWhenALongPacketIsSent) {
    carry_up_to(9000, settle());
    const mobility::TrafficNotice notice{
        .home = test::home, .what = mobility::WatchTraffic::What::large_sent, .sent = 1};
    const Actions actions = home_agent_.core.on_traffic(noon + 60s, notice);
    ASSERT_EQ(probes_in(actions).size(), 1U);
    EXPECT_EQ(probes_in(actions).at(0).padded_to, native_inner);
    (void)home_agent_.answer(noon + 60s, probes_in(actions).at(0));
    EXPECT_EQ(test::all<mobility::WatchTraffic>(home_agent_.core.on_deadline(noon + 61s)).size(),
              1U)
        << "and watched for again";
    mobility::TrafficNotice other = notice;
    other.what = mobility::WatchTraffic::What::any_sent;
    EXPECT_TRUE(home_agent_.core.on_traffic(noon + 62s, other).empty());
}

TEST_F(PathMtu, BeginsAnewOnAnotherPath) {
    carry_up_to(1390, settle());
    const Actions moved = home_agent_.hear(noon + 60s, update(2, test::care_of_b));
    EXPECT_EQ(fits(moved), std::vector{mobility::TunnelMtu::of(native_inner)});
    EXPECT_FALSE(
        probes_in(home_agent_.answer(noon + 60s + 10ms, challenges_in(moved).at(0))).empty());
    EXPECT_TRUE(fits(home_agent_.hear(noon + 70s, update(3, test::care_of_b))).empty())
        << "a refresh changes nothing";
}

// RFC 2473 §7.1: of packets that are lost for their length nobody would ever hear.
TEST_F(PathMtu, IsWhatEveryPathHasRoomForInALaboratory) {
    AskedHomeAgent laboratory(Protection::none);
    const Actions actions = laboratory.hear(noon, update(1));
    EXPECT_EQ(fits(actions), (std::vector<mobility::TunnelMtu>{{.inner = 1280, .whole = 1240}}));
    EXPECT_TRUE(probes_in(actions).empty());
}

}  // namespace
}  // namespace godwit::server
