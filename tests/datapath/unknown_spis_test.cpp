#include <gtest/gtest.h>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/wire/esp_header.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

wire::Bytes sealed_packet() {
    PacketBuffer buffer;
    const wire::Bytes inner = test::inner_packet(test::home.address, test::correspondent);
    test::put(buffer, inner);
    security::EspSealer sealer(test::mobile_node_keys());
    const auto sealed =
        sealer.seal(buffer.whole(), security::esp_headroom, inner.size(), wire::NextHeader::ipv6);
    return {sealed->begin(), sealed->end()};
}

TEST(UnknownSpis, AreRefusedAMillionTimesAndTheKnownOneStillOpens) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    agent.admit(
        std::make_unique<SealedTunnel>(test::home, security::EspOpener(test::home_agent_keys())));
    const std::uint32_t known = test::home_agent_keys().inbound_spi;
    constexpr std::uint32_t top_bit = std::uint32_t{1} << 31U;  // of every SPI
    wire::Bytes packet = sealed_packet();
    wire::Bytes stranger = packet;
    std::uint32_t refused = 0;
    for (std::uint32_t number = 0; number < 1'000'000; ++number) {
        const std::uint32_t spi = (number * 2147U) | top_bit;
        wire::EspHeader{.spi = spi == known ? spi + 1 : spi, .sequence = 1}.write(
            std::span(stranger).first<wire::EspHeader::size>());
        const auto incoming = agent.decapsulate(test::to_a, wire::NextHeader::esp, stranger);
        refused += !incoming && incoming.error() == DropReason::unknown_spi ? 1U : 0U;
    }
    EXPECT_EQ(refused, 1'000'000U);
    EXPECT_TRUE(agent.decapsulate(test::to_a, wire::NextHeader::esp, packet));
}

}  // namespace
}  // namespace godwit::datapath
