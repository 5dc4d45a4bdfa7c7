#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "shared/mobility/flow_selector.hpp"
#include "shared/platform/packet_tap.hpp"
#include "shared/runtime/tunnel_worker_outbound.hpp"
#include "tests/datapath/segments.hpp"
#include "tests/datapath/tunnel_ends.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using datapath::ResendLimits;
using test::home;

constexpr std::size_t addresses_offset = 8;  // in an IPv6 header: the source

// Many segments of TCP from the home address in one packet, as a TUN device gives them.
struct Merged {
    Merged(std::size_t segments, std::size_t segment_size)
        : segment{.payload = test::payload_of(segments * segment_size)},
          packet(test::unfinished(segment)) {
        test::virtio_header(segment, static_cast<std::uint16_t>(segment_size)).write(header);
        std::ranges::copy(home.address.octets, packet.begin() + addresses_offset);
    }

    test::Segment segment;
    wire::Bytes packet;
    std::array<std::uint8_t, wire::VirtioNetHeader::size> header{};
};

class OutboundTunnelWorkerTest : public platform::OnALink {
  protected:
    explicit OutboundTunnelWorkerTest(const ResendLimits& limits = {})
        : worker_(tun_, {.esp = esp_, .ipv6 = ipv6_, .ipv4 = ipv4_, .udp = {}, .outer = outer_},
                  datapath::LookUpBy::inner_source, test::home_agent, limits, control_) {}

    void direct(const mobility::Path& path, std::uint32_t last_sequence = 0) {
        worker_.channel().publish(OutboundTunnelWorker::Direct{
            std::make_unique<datapath::OutboundTunnel>(
                home, path,
                datapath::OutboundSeal{
                    .session = test::session_of(keys_),
                    .sealer = security::EspSealer(keys_, security::EspSequence(last_sequence))}),
            {}});
    }
    void send(const Merged& merged) const {
        ASSERT_EQ(tap_.send(merged.header, merged.packet), merged.packet.size());
    }
    // What was sent or published before is there already when the worker looks for the first time.
    void start() {
        thread_ = std::jthread([this](const std::stop_token& stop) { worker_.run(stop); });
    }
    void expect_drops(DropReason reason, std::uint64_t packets) const {
        constexpr int patience = 10'000;  // milliseconds
        for (int tries = 0; worker_.drops().reading(reason) < packets && tries < patience;
             ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_EQ(worker_.drops().reading(reason), packets);
    }

    static mobility::InterfaceIndex brought_up(const platform::TunDevice& tun) {
        platform::run("ip link set node addrgenmode none; ip link set node mtu 1400 up");
        return tun.interface();
    }

    const security::TunnelKeys keys_ = test::mobile_node_keys();
    const mobility::Path path_{.local = near_address_, .remote = far_address_};
    platform::TunDevice tun_{"node", platform::TunDevice::Offloading::on};
    platform::PacketTap tap_{brought_up(tun_), platform::PacketTap::Family::ipv6};
    platform::RawTunnelSocket esp_{{.protocol = wire::NextHeader::esp}};
    platform::RawTunnelSocket ipv6_{{.protocol = wire::NextHeader::ipv6}};
    platform::RawTunnelSocket ipv4_{{.protocol = wire::NextHeader::ipv4}};
    platform::OuterPacketSocket outer_{0};
    platform::EventSignal control_;
    OutboundTunnelWorker worker_;
    std::jthread thread_;
};

TEST_F(OutboundTunnelWorkerTest, ReportsOnceThatRekeyingIsDue) {
    constexpr std::uint32_t half = std::uint32_t{1} << 31U;
    start();
    direct(path_, half - 1);
    for (int packets = 0; packets < 3; ++packets) {
        worker_.channel().publish(OutboundTunnelWorker::SendDummy{home});
    }
    int receipts = 0;
    while (receipts < 4 && platform::becomes_readable(control_.descriptor())) {
        control_.lower();
        worker_.channel().collect([&receipts](const auto&) { ++receipts; });
    }
    EXPECT_EQ(receipts, 4);
    EXPECT_EQ(worker_.take_rekey_due(), test::session_of(keys_));
    EXPECT_EQ(worker_.take_rekey_due(), std::nullopt);
}

TEST_F(OutboundTunnelWorkerTest, AnswersOnceToManyInOneThatAreTooLong) {
    constexpr std::size_t segments = 45;
    direct(path_);
    worker_.channel().publish(
        OutboundTunnelWorker::Fit{.home = home, .mtu = mobility::TunnelMtu::of(1280)});
    send(Merged(segments, 1300));
    start();
    expect_drops(DropReason::too_big, segments);
    std::array<std::uint8_t, platform::PacketTap::virtio_header> header{};
    std::array<std::uint8_t, 2048> packet{};
    int answers = 0;
    while (tap_.receive(header, packet)) {
        ++answers;
    }
    EXPECT_EQ(answers, 1);
}

class ForgetfulWorkerTest : public OutboundTunnelWorkerTest {
  protected:
    ForgetfulWorkerTest() : OutboundTunnelWorkerTest(ResendLimits{.each = 0}) {}

    // Each packet of TCP along the tunnel's path and along another one, where nobody is.
    void copy_everything() {
        mobility::Path astray = path_;
        astray.remote = test::ip("2001:db8::77");
        const auto selector = mobility::FlowSelector::parse("tcp").value();
        worker_.channel().publish(OutboundTunnelWorker::RouteFlows{
            .home = home,
            .flows = std::make_unique<datapath::FlowRoutes>(
                home, datapath::FlowDirection::from_home_address,
                std::vector<mobility::NumberedPath>{{.binding_id = 1, .path = path_, .mtu = {}},
                                                    {.binding_id = 2, .path = astray, .mtu = {}}},
                std::vector<datapath::FlowRule>{
                    {.selectors = mobility::traffic_selectors(selector, false),
                     .binding_ids = {1, 2}}})});
    }
};

// There is no more room to note copies in when the first segment of the last read comes.
TEST_F(ForgetfulWorkerTest, LeavesCopiesAsTheyAreUntilTheyHaveDeparted) {
    far_.enter();
    platform::RawTunnelSocket far({.protocol = wire::NextHeader::esp});
    near_.enter();
    security::EspOpener opener(test::other_end(keys_));
    direct(path_);
    copy_everything();
    for (std::size_t reads = 0; reads < platform::max_tunnel_departures / 64; ++reads) {
        send(Merged(64, 20));
    }
    constexpr std::size_t long_ones = 40;
    send(Merged(long_ones, 1400));
    start();
    std::size_t opened = 0;
    std::array<std::uint8_t, 2048> buffer{};
    while (opened < platform::max_tunnel_departures + long_ones &&
           platform::becomes_readable(far.descriptor())) {
        platform::TunnelArrival arrival{.buffer = buffer};
        ASSERT_EQ(far.receive(std::span(&arrival, 1)), 1U);
        ASSERT_TRUE(opener.open(arrival.payload)) << "behind " << opened << " others";
        ++opened;
    }
    EXPECT_EQ(opened, platform::max_tunnel_departures + long_ones);
}

class QuicklyForgettingWorkerTest : public OutboundTunnelWorkerTest {
  protected:
    QuicklyForgettingWorkerTest()
        : OutboundTunnelWorkerTest(ResendLimits{.age = std::chrono::milliseconds(1)}) {}
};

TEST_F(QuicklyForgettingWorkerTest, CountsWhyWhatItKeptHasNeverBeenSent) {
    direct({.local = near_address_, .remote = test::ip("2001:db8:bad::1")});
    send(Merged(2, 20));
    start();
    expect_drops(DropReason::no_route, 2);
    EXPECT_EQ(worker_.drops().reading(DropReason::held), 0U);
}

}  // namespace
}  // namespace godwit::runtime
