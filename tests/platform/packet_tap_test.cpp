#include "shared/platform/packet_tap.hpp"

#include <algorithm>
#include <array>

#include "shared/datapath/trial_packets.hpp"
#include "shared/platform/interface_config.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using Family = PacketTap::Family;

class Tap : public InNamespace {
  protected:
    Tap() { require("up", bring_up(netlink_, tun_.interface())); }

    NetlinkSocket netlink_;
    TunDevice tun_{"godwit", TunDevice::Offloading::on};
    std::array<std::uint8_t, PacketTap::virtio_header> header_{};
    std::array<std::uint8_t, 2048> room_{};
};

TEST_F(Tap, SeesWhatComesOfItsFamilyAndNothingElse) {
    const PacketTap tap(tun_.interface(), Family::ipv4);
    const auto sent = datapath::trial_packets({.is_ipv4 = true}).back();
    ASSERT_TRUE(tun_.write(datapath::trial_packets({.is_ipv4 = false}).back()));
    ASSERT_TRUE(tun_.write(sent));
    ASSERT_TRUE(becomes_readable(tap.descriptor()));
    const auto size = tap.receive(header_, room_);
    ASSERT_TRUE(size);
    EXPECT_TRUE(std::ranges::equal(std::span(room_).first(*size), sent));
    EXPECT_EQ(tap.receive(header_, room_).error(), std::errc::operation_would_block);
}

TEST_F(Tap, SendsStraightIntoTheInterface) {
    const PacketTap tap(tun_.interface(), Family::ipv6);
    const datapath::TrialFlow flow{.is_ipv4 = false};
    const auto sent = datapath::trial_packets(flow).back();
    ASSERT_EQ(tap.send(header_, sent), sent.size());
    ASSERT_TRUE(becomes_readable(tun_.descriptor()));
    Transferred size = tun_.read(room_);
    while (size && !datapath::is_of_trial(std::span(room_).first(*size), flow)) {
        size = tun_.read(room_);  // the kernel's own, such as router solicitations
    }
    ASSERT_TRUE(size);
    EXPECT_TRUE(std::ranges::equal(std::span(room_).first(*size), sent));
}

TEST_F(Tap, SaysThatTheInterfaceIsDown) {
    const PacketTap tap(tun_.interface(), Family::ipv6);
    run("ip link set godwit down");
    EXPECT_EQ(tap.send(header_, datapath::trial_packets({}).back()).error(),
              std::errc::network_down);
}

}  // namespace
}  // namespace godwit::platform
