#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "shared/runtime/tunnel_worker_outbound.hpp"
#include "tests/datapath/tunnel_ends.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

class OutboundTunnelWorkerTest : public platform::OnALink {
  protected:
    platform::TunDevice tun_{"node", platform::TunDevice::Offloading::off};
    platform::RawTunnelSocket esp_{{.protocol = wire::NextHeader::esp}};
    platform::RawTunnelSocket ipv6_{{.protocol = wire::NextHeader::ipv6}};
    platform::RawTunnelSocket ipv4_{{.protocol = wire::NextHeader::ipv4}};
    platform::OuterPacketSocket outer_{0};
    platform::EventSignal control_;
    OutboundTunnelWorker worker_{
        tun_,
        {.esp = esp_, .ipv6 = ipv6_, .ipv4 = ipv4_, .udp = {}, .outer = outer_},
        datapath::LookUpBy::inner_source,
        test::home_agent,
        datapath::ResendLimits{},
        control_};
    std::jthread thread_{[this](const std::stop_token& stop) { worker_.run(stop); }};
};

TEST_F(OutboundTunnelWorkerTest, ReportsOnceThatRekeyingIsDue) {
    constexpr std::uint32_t half = std::uint32_t{1} << 31U;
    const auto keys = test::mobile_node_keys();
    const mobility::Path path{.local = near_address_, .remote = far_address_};
    worker_.channel().publish(OutboundTunnelWorker::Direct{
        std::make_unique<datapath::OutboundTunnel>(
            test::home, path,
            datapath::OutboundSeal{
                .session = test::session_of(keys),
                .sealer = security::EspSealer(keys, security::EspSequence(half - 1))}),
        {}});
    for (int packets = 0; packets < 3; ++packets) {
        worker_.channel().publish(OutboundTunnelWorker::SendDummy{test::home});
    }
    int receipts = 0;
    while (receipts < 4 && platform::becomes_readable(control_.descriptor())) {
        control_.lower();
        worker_.channel().collect([&receipts](const auto&) { ++receipts; });
    }
    EXPECT_EQ(receipts, 4);
    EXPECT_EQ(worker_.take_rekey_due(), test::session_of(keys));
    EXPECT_EQ(worker_.take_rekey_due(), std::nullopt);
}

}  // namespace
}  // namespace godwit::runtime
