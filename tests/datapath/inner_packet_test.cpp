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

TEST(InnerPacket, IsNotOfAnotherIpVersion) {
    auto bytes = test::inner_packet(correspondent, home.address);
    for (const unsigned version : {0U, 4U, 5U, 7U, 15U}) {
        bytes[0] = static_cast<std::uint8_t>(version << 4U);
        EXPECT_EQ(InnerPacket::parse(bytes).error(), DropReason::not_ipv6) << version;
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

}  // namespace
}  // namespace godwit::datapath
