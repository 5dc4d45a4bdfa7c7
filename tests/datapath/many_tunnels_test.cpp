// Among so many tunnels that those of a batch of packets are fetched before they are needed.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <ranges>
#include <vector>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/inner_address.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;

constexpr int tunnels = 1'500;

wire::HomeAddress home_number(int number) {
    wire::HomeAddress home = test::home;
    home.address.octets[12] = static_cast<std::uint8_t>(number / 256);
    home.address.octets[13] = static_cast<std::uint8_t>(number % 256);
    return home;
}

wire::Ipv4Address ipv4_number(int number) {
    return {
        {10, 0, static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number % 256)}};
}

wire::Bytes ipv4_packet_to(int number) {
    return test::ipv4_packet("192.0.2.1", ipv4_number(number).text().c_str());
}

// Packets that are none, and some that are cut off.
std::vector<wire::Bytes> rubbish() {
    std::vector<wire::Bytes> packets{{}, {0}, {0x45}, {0x60}, {0xff}, wire::Bytes(100, 0xff)};
    for (const std::size_t size : {15U, 19U, 23U, 39U}) {
        packets.push_back(test::inner_packet(correspondent, home_number(1).address));
        packets.back().resize(size);
        packets.push_back(ipv4_packet_to(1));
        packets.back().resize(size);
    }
    return packets;
}

auto views(const std::vector<wire::Bytes>& packets) {
    return packets |
           std::views::transform([](const wire::Bytes& packet) { return wire::BytesView(packet); });
}

TEST(InnerAddress, IsTheOneThatATunnelIsFoundBy) {
    const wire::Bytes packet = test::inner_packet(correspondent, test::home.address);
    EXPECT_EQ(tunnelled_address(packet, LookUpBy::inner_source).value, correspondent);
    EXPECT_EQ(tunnelled_address(packet, LookUpBy::inner_destination).value, test::home.address);
    EXPECT_FALSE(tunnelled_address(packet, LookUpBy::inner_source).is_ipv4);
    const wire::Bytes ipv4 = test::ipv4_packet("192.0.2.1", "192.0.2.2");
    EXPECT_EQ(tunnelled_address(ipv4, LookUpBy::inner_source).value,
              wire::Ipv6Address::mapped(test::ipv4("192.0.2.1")));
    EXPECT_EQ(tunnelled_address(ipv4, LookUpBy::inner_destination).value,
              wire::Ipv6Address::mapped(test::ipv4("192.0.2.2")));
    EXPECT_TRUE(tunnelled_address(ipv4, LookUpBy::inner_source).is_ipv4);
}

TEST(InnerAddress, IsNoneOfWhatIsNoPacket) {
    for (const wire::Bytes& packet : rubbish()) {
        if (packet.size() < 16) {
            EXPECT_TRUE(
                tunnelled_address(packet, LookUpBy::inner_destination).value.is_unspecified() ||
                packet.at(0) == 0x45)
                << packet.size();
        }
    }
}

TEST(ManyOutboundTunnels, TakeEachPacketOfABatchThatWasFetched) {
    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    std::vector<wire::Bytes> packets = rubbish();
    const std::size_t none = packets.size();
    for (int number = 0; number < tunnels; ++number) {
        agent.direct(test::noon, std::make_unique<OutboundTunnel>(home_number(number), test::to_a));
        agent.carry_ipv4(
            std::make_unique<Ipv4HomeAddress>(ipv4_number(number), home_number(number)));
        packets.push_back(test::inner_packet(correspondent, home_number(number).address));
        packets.push_back(ipv4_packet_to(number));
    }
    packets.push_back(test::inner_packet(correspondent, home_number(tunnels).address));
    agent.prefetch(views(packets));
    const auto buffer = std::make_unique<PacketBuffer>();
    for (std::size_t index = 0; index < packets.size(); ++index) {
        test::put(*buffer, packets[index]);
        const auto sent = agent.encapsulate(test::noon, *buffer);
        ASSERT_EQ(sent.has_value(), index >= none && index + 1 < packets.size()) << index;
        if (sent) {
            EXPECT_EQ(sent->tunnel->home, home_number(static_cast<int>((index - none) / 2)));
        }
    }
}

TEST(ManyInboundTunnels, OpenEachPacketOfABatchThatWasFetched) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    for (int number = 0; number < tunnels; ++number) {
        agent.admit(std::make_unique<SealedTunnel>(
            home_number(number), security::EspOpener(test::home_agent_keys(number))));
    }
    std::vector<wire::Bytes> packets = rubbish();
    const std::size_t none = packets.size();
    const auto buffer = std::make_unique<PacketBuffer>();
    for (int number = 0; number <= tunnels; number += 10) {  // the last one has no tunnel
        security::EspSealer sealer(test::mobile_node_keys(number));
        const auto inner = test::inner_packet(home_number(number).address, correspondent);
        test::put(*buffer, inner);
        const auto sealed = sealer.seal(buffer->whole(), security::esp_headroom, inner.size(),
                                        wire::NextHeader::ipv6);
        packets.emplace_back(sealed->begin(), sealed->end());
    }
    agent.prefetch(views(packets));
    for (std::size_t index = 0; index < packets.size(); ++index) {
        const auto opened = agent.decapsulate(test::to_a, wire::NextHeader::esp, packets[index]);
        EXPECT_EQ(opened.has_value(), index >= none && index + 1 < packets.size()) << index;
    }
}

}  // namespace
}  // namespace godwit::datapath
