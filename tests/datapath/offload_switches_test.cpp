#include "shared/runtime/offload_switches.hpp"

#include <gtest/gtest.h>

#include "shared/runtime/offload_document.hpp"

namespace godwit::runtime {
namespace {

TEST(OffloadSwitches, StayOffForTheFirstReason) {
    OffloadSwitches switches{OffloadStates{}};
    EXPECT_TRUE(switches.is_on(Offload::udp_gro));
    switches.switch_off(Offload::udp_gro, OffloadState::corrupt);
    switches.switch_off(Offload::udp_gro, OffloadState::slow);
    EXPECT_FALSE(switches.is_on(Offload::udp_gro));
    EXPECT_EQ(switches.states()[Offload::udp_gro], OffloadState::corrupt);
    EXPECT_TRUE(switches.is_on(Offload::udp_segment));
}

TEST(OffloadSwitches, AreShownByTheirNamesWithTheReasons) {
    OffloadStates states;
    EXPECT_EQ(to_json(std::optional(states)).dump(),
              R"({"tun_read_tcp":true,"tun_read_udp":true,"tun_write_tcp":true,)"
              R"("tun_write_udp":true,"udp_segment":true,"udp_gro":true,"reasons":{}})");
    states[Offload::udp_segment] = OffloadState::refused_by_interface;
    states[Offload::udp_gro] = OffloadState::corrupt;
    const Json shown = to_json(std::optional(states));
    EXPECT_EQ(shown.at("udp_segment"), false);
    EXPECT_EQ(shown.at("udp_gro"), false);
    EXPECT_EQ(shown.at("tun_read_tcp"), true);
    EXPECT_EQ(offloads_text(shown),
              "without udp_segment: the interface in use refuses it; "
              "udp_gro: what came out was not what went in");
}

TEST(OffloadSwitches, AreNotSpokenOfWhereAllAreOnOrThereAreNone) {
    EXPECT_EQ(offloads_text(to_json(std::optional(OffloadStates{}))), "");
    EXPECT_TRUE(to_json(std::optional<OffloadStates>()).is_null());
    EXPECT_EQ(offloads_text(Json()), "");
}

TEST(OffloadSwitches, AreAllOffInOneWordByTheConfiguration) {
    EXPECT_EQ(offloads_text(to_json(std::optional(OffloadStates::all(OffloadState::not_wanted)))),
              "all off by the configuration");
}

}  // namespace
}  // namespace godwit::runtime
