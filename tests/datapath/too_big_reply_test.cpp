#include "shared/datapath/too_big_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using testing::ElementsAreArray;

std::optional<wire::Bytes> reply_to(wire::Bytes packet) {
    return too_big_reply(InnerPacket::parse(packet).value(), 1400, test::home_agent);
}

wire::Bytes ipv6_of(wire::NextHeader content, const wire::Bytes& start) {
    wire::Bytes packet = test::inner_packet(correspondent, home.address, 1500);
    packet[6] = static_cast<std::uint8_t>(content);
    std::ranges::copy(start, packet.begin() + 40);
    return packet;
}

wire::Bytes ipv4_of(wire::NextHeader content, std::uint8_t start) {
    wire::Bytes packet = test::ipv4_packet("192.0.2.1", "192.0.2.9", 1500);
    packet[9] = static_cast<std::uint8_t>(content);
    packet[20] = start;
    return packet;
}

TEST(TooBigReply, IsPacketTooBigFromTheHomeAgent) {  // RFC 4443 §3.2
    const auto packet = test::inner_packet(correspondent, home.address, 1500);
    const auto reply = reply_to(packet);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->size(), 1280U);
    const auto header = wire::Ipv6Header::parse(*reply).value();
    EXPECT_EQ(header.source, test::home_agent.address);
    EXPECT_EQ(header.destination, correspondent);
    const auto message = wire::parse_icmpv6(header, header.payload_of(*reply).value()).value();
    const auto& error = std::get<wire::PacketTooBig>(message);
    EXPECT_EQ(error.mtu, 1400U);
    EXPECT_THAT(error.invoking_packet,
                ElementsAreArray(wire::BytesView(packet).first(error.invoking_packet.size())));
}

TEST(TooBigReply, IsFragmentationNeededFromTheDummyAddress) {  // RFC 1191 §4, RFC 7600 §4.8
    const auto packet = test::ipv4_packet("192.0.2.1", "192.0.2.9", 1500);
    const auto reply = reply_to(packet);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->size(), 576U);
    const auto header = wire::Ipv4Header::parse(*reply).value();
    EXPECT_EQ(header.source, test::ipv4("192.0.0.8"));
    EXPECT_EQ(header.destination, test::ipv4("192.0.2.1"));
    EXPECT_EQ(header.protocol, wire::NextHeader::icmp);
    const auto icmp = header.payload_of(*reply).value();
    EXPECT_EQ(wire::internet_checksum(icmp), 0);
    EXPECT_EQ(wire::Bytes(icmp.begin(), icmp.begin() + 2), (wire::Bytes{3, 4}));
    EXPECT_EQ(wire::Bytes(icmp.begin() + 6, icmp.begin() + 8), (wire::Bytes{0x05, 0x78}));
    EXPECT_THAT(icmp.subspan(8), ElementsAreArray(wire::BytesView(packet).first(548)));
}

TEST(TooBigReply, IsNotMadeToIcmpErrors) {  // RFC 4443 §2.4 e, RFC 1122 §3.2.2
    for (const std::uint8_t type : wire::Bytes{1, 2, 3, 4, 127, 137}) {
        EXPECT_FALSE(reply_to(ipv6_of(wire::NextHeader::icmpv6, {type}))) << int{type};
    }
    EXPECT_TRUE(reply_to(ipv6_of(wire::NextHeader::icmpv6, {128})));
    for (const std::uint8_t type : wire::Bytes{3, 4, 5, 11, 12}) {
        EXPECT_FALSE(reply_to(ipv4_of(wire::NextHeader::icmp, type))) << int{type};
    }
    EXPECT_TRUE(reply_to(ipv4_of(wire::NextHeader::icmp, 8)));
}

TEST(TooBigReply, IsNotMadeToIcmpErrorsBehindExtensionHeaders) {
    const auto options = [](std::uint8_t type) {
        return ipv6_of(wire::NextHeader::destination_options, {58, 0, 1, 4, 0, 0, 0, 0, type});
    };
    EXPECT_FALSE(reply_to(options(1)));
    EXPECT_TRUE(reply_to(options(128)));
}

TEST(TooBigReply, IsMadeToTheFirstFragmentOnly) {
    EXPECT_TRUE(reply_to(ipv6_of(wire::NextHeader::fragment, {17, 0, 0, 1, 0, 0, 0, 9})));
    EXPECT_FALSE(reply_to(ipv6_of(wire::NextHeader::fragment, {17, 0, 0, 9, 0, 0, 0, 9})));
    auto later = ipv4_of(wire::NextHeader::udp, 0);
    later[7] = 1;
    EXPECT_FALSE(reply_to(later));
}

TEST(TooBigReply, IsNotMadeToWhoCannotBeAnswered) {
    EXPECT_FALSE(reply_to(test::inner_packet({}, home.address, 1500)));
    EXPECT_FALSE(reply_to(test::inner_packet(test::ip("ff02::1"), home.address, 1500)));
}

class TooBigRepliesOfATunnel : public testing::Test {
  protected:
    TooBigRepliesOfATunnel() {
        for (const wire::HomeAddress& served : {home, other_}) {
            tunnels_.direct(test::noon, std::make_unique<OutboundTunnel>(served, test::from_a));
            tunnels_.fit(served, mobility::TunnelMtu::of(1280));
        }
    }
    // As many as are to be had for packets from there.
    int answered(const wire::HomeAddress& from, mobility::Instant now) {
        test::put(*buffer_, test::inner_packet(from.address, test::correspondent, 1400));
        int answers = 0;
        while (tunnels_.answer_too_big(now, *buffer_)) {
            ++answers;
        }
        return answers;
    }

    const wire::HomeAddress other_{test::ip("2001:db8:f::a")};
    OutboundTunnels tunnels_{LookUpBy::inner_source, test::home_agent};
    std::unique_ptr<PacketBuffer> buffer_ = std::make_unique<PacketBuffer>();
};

TEST_F(TooBigRepliesOfATunnel, AreAHundredAtOnceAndAHundredASecond) {  // RFC 4443 §2.4 f
    EXPECT_EQ(answered(home, test::noon), 100);
    EXPECT_EQ(answered(home, test::noon + std::chrono::milliseconds(9)), 0);
    EXPECT_EQ(answered(home, test::noon + std::chrono::milliseconds(25)), 2);
    EXPECT_EQ(answered(home, test::noon + std::chrono::milliseconds(30)), 1);
    EXPECT_EQ(answered(home, test::noon + std::chrono::hours(1)), 100);
}

TEST_F(TooBigRepliesOfATunnel, AreNotUsedUpByPacketsOfAnotherHomeAddress) {
    EXPECT_EQ(answered(home, test::noon), 100);
    EXPECT_EQ(answered(other_, test::noon), 100);
}

}  // namespace
}  // namespace godwit::datapath
