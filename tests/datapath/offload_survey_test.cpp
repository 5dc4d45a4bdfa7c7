#include "shared/runtime/offload_survey.hpp"

#include "shared/platform/interface_config.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/tun_trial.hpp"
#include "shared/runtime/udp_trial.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

using Offloading = platform::TunDevice::Offloading;

class OffloadSurvey : public platform::InNamespace {
  protected:
    OffloadStates found(OffloadUse use, const platform::TunDevice& tun) {
        return find_offloads(use, netlink_, tun, log_);
    }
    static void expect_sound(const OffloadStates& states, Offload offload) {
        EXPECT_EQ(states[offload], OffloadState::on) << name(offload);
    }

    platform::NetlinkSocket netlink_;
    const Log log_{LogLevel::error};
};

TEST_F(OffloadSurvey, FindsThatThisKernelsWork) {
    const platform::TunDevice tun("godwit", Offloading::on);
    const OffloadStates states = found(OffloadUse::automatic, tun);
    for (const Offload offload :
         {Offload::tun_read_tcp, Offload::tun_write_tcp, Offload::udp_segment, Offload::udp_gro}) {
        expect_sound(states, offload);
    }
    for (const Offload offload : {Offload::tun_read_udp, Offload::tun_write_udp}) {
        EXPECT_EQ(states[offload], tun.offloads().udp ? OffloadState::on : OffloadState::lacking);
    }
}

TEST_F(OffloadSurvey, LeavesNoAddressRouteOrPacketBehind) {
    const platform::TunDevice tun("godwit", Offloading::on);
    found(OffloadUse::automatic, tun);
    EXPECT_EQ(platform::run("ip addr show dev godwit scope global"), "");
    EXPECT_EQ(platform::run("ip -4 route show table all dev godwit"), "");
    EXPECT_EQ(platform::packets_in(tun, wire::NextHeader::udp), 0U);
    EXPECT_EQ(platform::packets_in(tun, wire::NextHeader::tcp), 0U);
}

TEST_F(OffloadSurvey, SeesThatATunDeviceWasMadeWithoutThem) {
    const platform::TunDevice tun("godwit", Offloading::off);
    const OffloadStates states = found(OffloadUse::automatic, tun);
    for (const Offload offload : {Offload::tun_read_tcp, Offload::tun_read_udp,
                                  Offload::tun_write_tcp, Offload::tun_write_udp}) {
        EXPECT_FALSE(states.is_on(offload)) << name(offload);
    }
    expect_sound(states, Offload::udp_segment);
}

TEST_F(OffloadSurvey, TriesNothingThatIsNotWanted) {
    const platform::TunDevice tun("godwit", Offloading::off);
    EXPECT_EQ(found(OffloadUse::off, tun), OffloadStates::all(OffloadState::not_wanted));
    EXPECT_EQ(platform::run("ip -brief link show up dev godwit"), "");
}

TEST_F(OffloadSurvey, ConcludesNothingOfUdpWhereTheLoopbackInterfaceIsDown) {
    platform::run("ip link set lo down");
    const platform::TunDevice tun("godwit", Offloading::on);
    const OffloadStates states = found(OffloadUse::automatic, tun);
    expect_sound(states, Offload::udp_segment);
    expect_sound(states, Offload::udp_gro);
}

// The kernel is the shim here: it divides what it was to give as one.
TEST_F(OffloadSurvey, SeesThatTheDeviceDividesWhatItWasToGiveAsOne) {
    const platform::TunDevice tun("godwit", Offloading::on);
    platform::require("up", platform::bring_up(netlink_, tun.interface()));
    ASSERT_TRUE(tun.give_merged({.tcp = false, .udp = false}));
    const datapath::TrialFlow flow{.is_ipv4 = false, .is_tcp = true};
    const platform::PacketTap tap(tun.interface(), platform::PacketTap::Family::ipv6);
    TunTrialWay way(tun, tap, TunTrialWay::Direction::read, flow);
    EXPECT_EQ(try_offload(way, datapath::trial_packets(flow), boot_now), OffloadState::divided);
    ASSERT_TRUE(tun.give_merged({.tcp = true, .udp = false}));
    EXPECT_EQ(try_offload(way, datapath::trial_packets(flow), boot_now), OffloadState::on);
}

TEST_F(OffloadSurvey, IgnoresWhatOthersSendToItsSockets) {
    const auto loopback = *wire::Ipv6Address::parse("::1");
    UdpTrialWay way(loopback, UdpTrialWay::Receiver::coalesced);
    platform::UdpTunnelSocket stranger({});
    const wire::Bytes noise(100);
    const platform::TunnelDeparture departure{
        .payload = noise,
        .path = {.local = loopback, .remote = loopback, .remote_port = way.port()}};
    ASSERT_EQ(stranger.send(std::span(&departure, 1)), 1U);
    EXPECT_EQ(try_offload(way, datapath::trial_payloads(), boot_now), OffloadState::on);
}

}  // namespace
}  // namespace godwit::runtime
