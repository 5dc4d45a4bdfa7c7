#include "shared/datapath/inner_packet.hpp"

#include <gtest/gtest.h>

#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using test::ip;

TEST(InnerPacket, KnowsItsAddresses) {
    auto bytes = test::inner_packet(correspondent, home.address, 100);
    const auto packet = InnerPacket::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->source, correspondent);
    EXPECT_EQ(packet->destination, home.address);
    EXPECT_EQ(packet->bytes.data(), bytes.data());
    EXPECT_EQ(packet->bytes.size(), 100U);
}

TEST(InnerPacket, MayBeAHeaderAlone) {
    auto bytes = test::inner_packet(correspondent, home.address, 40);
    EXPECT_TRUE(InnerPacket::parse(bytes));
}

TEST(InnerPacket, IsMalformedAtEveryTruncation) {
    auto bytes = test::inner_packet(correspondent, home.address, 60);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(InnerPacket::parse(std::span(bytes).first(size)).error(), DropReason::malformed)
            << size;
    }
}

TEST(InnerPacket, LeavesOutPaddingBehindItsPayload) {  // RFC 4303 §2.7
    auto bytes = test::inner_packet(correspondent, home.address, 60);
    bytes.resize(64);
    EXPECT_EQ(InnerPacket::parse(bytes)->bytes.size(), 60U);
}

TEST(InnerPacket, IsOfNoOtherIpVersion) {
    auto bytes = test::inner_packet(correspondent, home.address);
    for (const unsigned version : {0U, 5U, 7U, 15U}) {
        bytes[0] = static_cast<std::uint8_t>(version << 4U);
        EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::not_ip) << version;
    }
}

TEST(InnerPacket, IsNotTunnelledToALinkLocalMulticastOrLoopbackAddress) {  // RFC 6275 §10.4.2
    for (const auto* text : {"fe80::1", "febf::1", "ff02::1", "ff0e::101", "::1"}) {
        auto bytes = test::inner_packet(correspondent, ip(text));
        EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::not_tunnelled) << text;
    }
}

TEST(InnerPacket, IsNotTunnelledFromALinkLocalOrLoopbackAddress) {  // RFC 4291 §2.5.3, §2.5.6
    for (const auto* text : {"fe80::1", "::1"}) {
        auto bytes = test::inner_packet(ip(text), correspondent);
        EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::not_tunnelled) << text;
    }
}

TEST(InnerPacket, KeepsItsHopLimit) {  // RFC 2473 §3.1: whoever forwards it has decremented it
    auto bytes = test::inner_packet(correspondent, home.address);
    const auto before = bytes;
    EXPECT_TRUE(InnerPacket::parse(bytes));
    EXPECT_EQ(bytes, before);
}

TEST(InnerPacket, IsNotTunnelledFromOrToAMappedAddress) {  // those stand for IPv4 here
    auto from = test::inner_packet(ip("::ffff:192.0.2.9"), correspondent);
    EXPECT_EQ(InnerPacket::parse(from).error(), DropReason::not_tunnelled);
    auto to = test::inner_packet(correspondent, ip("::ffff:192.0.2.9"));
    EXPECT_EQ(InnerPacket::parse(to).error(), DropReason::not_tunnelled);
}

TEST(InnerPacketOfIpv4, HasMappedAddresses) {
    auto bytes = test::ipv4_packet("192.0.2.1", "192.0.2.9", 100);
    bytes.resize(120);
    const auto packet = InnerPacket::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->is_ipv4);
    EXPECT_EQ(packet->protocol(), wire::NextHeader::ipv4);
    EXPECT_EQ(packet->source, ip("::ffff:192.0.2.1"));
    EXPECT_EQ(packet->destination, ip("::ffff:192.0.2.9"));
    EXPECT_EQ(packet->bytes.size(), 100U);
    EXPECT_FALSE(packet->dont_fragment);
}

TEST(InnerPacketOfIpv4, IsMalformedAtEveryTruncation) {
    auto bytes = test::ipv4_packet("192.0.2.1", "192.0.2.9");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(InnerPacket::parse(std::span(bytes).first(size)).error(), DropReason::malformed)
            << size;
    }
}

TEST(InnerPacketOfIpv4, HasNoOptions) {
    auto bytes = test::ipv4_packet("192.0.2.1", "192.0.2.9");
    bytes[0] = 0x46;
    EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::ipv4_options);
    bytes[0] = 0x44;
    EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::malformed);
}

TEST(InnerPacketOfIpv4, IsNotTunnelledFromOrToAddressesOfASmallScope) {  // RFC 6890
    for (const auto* text : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.7.8", "224.0.0.1",
                             "239.255.255.250", "240.0.0.1", "255.255.255.255"}) {
        auto to = test::ipv4_packet("192.0.2.1", text);
        EXPECT_EQ(InnerPacket::parse(to).error(), DropReason::not_tunnelled) << text;
        auto from = test::ipv4_packet(text, "192.0.2.1");
        EXPECT_EQ(InnerPacket::parse(from).error(), DropReason::not_tunnelled) << text;
    }
}

}  // namespace
}  // namespace godwit::datapath
