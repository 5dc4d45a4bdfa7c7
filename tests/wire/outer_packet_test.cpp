#include "shared/wire/outer_packet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "shared/wire/extension_headers.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/traffic_class.hpp"
#include "shared/wire/udp_header.hpp"

namespace godwit::wire {
namespace {

Bytes numbered(std::size_t octets) {
    Bytes payload(octets);
    std::iota(payload.begin(), payload.end(), std::uint8_t{1});
    return payload;
}

Ipv6Address mapped(const char* text) {
    return Ipv6Address::mapped(Ipv4Address::parse(text).value());
}

OuterPacket over_ipv6(BytesView payload) {
    return {.source = Ipv6Address::parse("2001:db8::1").value(),
            .destination = Ipv6Address::parse("2001:db8::2").value(),
            .protocol = NextHeader::esp,
            .payload = payload,
            .identification = 0x1234'5678};
}

OuterPacket over_ipv4(BytesView payload) {
    return {.source = mapped("192.0.2.1"),
            .destination = mapped("192.0.2.2"),
            .protocol = NextHeader::udp,
            .payload = payload,
            .identification = 0x1234'5678};
}

TEST(OuterPacket, IsOneIpv6PacketWhereThereIsNoLimit) {
    const Bytes payload = numbered(2000);
    const auto packets = over_ipv6(payload).packets();
    ASSERT_EQ(packets.size(), 1U);
    const auto header = Ipv6Header::parse(packets[0]).value();
    EXPECT_EQ(header.next_header, NextHeader::esp);
    EXPECT_THAT(header.payload_of(packets[0]).value(), testing::ElementsAreArray(payload));
}

TEST(OuterPacket, HasTheSameIpv4IdentificationInEachFragmentAndNever0) {
    const Bytes payload = numbered(1500);
    for (const std::uint32_t identification : {0U, 0xffffU, 0x1'0000U, 0xffff'ffffU}) {
        OuterPacket packet = over_ipv4(payload);
        packet.identification = identification;
        packet.longest = 600;
        const auto fragments = packet.packets();
        const auto first = Ipv4Header::parse(fragments.at(0)).value().identification;
        EXPECT_NE(first, 0) << "the kernel would give each its own";
        for (const Bytes& fragment : fragments) {
            EXPECT_EQ(Ipv4Header::parse(fragment).value().identification, first);
        }
    }
}

TEST(OuterPacket, HasItsTrafficClassInEachFragment) {  // RFC 3168 §5.3
    const Bytes payload = numbered(1500);
    for (OuterPacket packet : {over_ipv6(payload), over_ipv4(payload)}) {
        packet.traffic_class = 0xba;
        packet.longest = 600;
        for (const Bytes& fragment : packet.packets()) {
            EXPECT_EQ(traffic_class_of(fragment), 0xba);
        }
    }
}

TEST(OuterPacket, HasNoFragmentHeaderWhereItFitsExactly) {
    const Bytes payload = numbered(560);
    OuterPacket packet = over_ipv6(payload);
    packet.longest = 600;
    ASSERT_EQ(packet.packets().size(), 1U);
    EXPECT_EQ(Ipv6Header::parse(packet.packets()[0])->next_header, NextHeader::esp);
    packet.longest = 599;
    EXPECT_EQ(packet.packets().size(), 2U);
}

TEST(OuterPacket, IsFragmentedByAFragmentHeaderInIpv6) {  // RFC 8200 §4.5
    const Bytes payload = numbered(1500);
    OuterPacket packet = over_ipv6(payload);
    packet.longest = 600;
    Bytes together;
    for (const Bytes& fragment : packet.packets()) {
        EXPECT_LE(fragment.size(), 600U);
        const auto header = Ipv6Header::parse(fragment).value();
        const auto chain = walk_extension_headers(header, fragment).value();
        EXPECT_EQ(header.source, packet.source);
        EXPECT_EQ(chain.upper_layer, NextHeader::esp);
        EXPECT_EQ(chain.fragment->offset, together.size());
        EXPECT_EQ(chain.fragment->identification, 0x1234'5678U);
        together.insert(together.end(), chain.payload.begin(), chain.payload.end());
        EXPECT_EQ(chain.fragment->more_fragments, together.size() < payload.size());
    }
    EXPECT_EQ(together, payload);
}

TEST(OuterPacket, IsFragmentedInIpv4) {  // RFC 791 §3.2
    const Bytes payload = numbered(1500);
    OuterPacket packet = over_ipv4(payload);
    packet.longest = 600;
    Bytes together;
    for (const Bytes& fragment : packet.packets()) {
        EXPECT_LE(fragment.size(), 600U);
        const auto header = Ipv4Header::parse(fragment).value();
        EXPECT_EQ(header.protocol, NextHeader::udp);
        EXPECT_EQ(header.identification, 0x5678);
        EXPECT_FALSE(header.dont_fragment);
        EXPECT_EQ(header.fragment_offset, together.size());
        EXPECT_EQ(internet_checksum(BytesView(fragment).first(Ipv4Header::size)), 0);
        const auto part = header.payload_of(fragment).value();
        together.insert(together.end(), part.begin(), part.end());
        EXPECT_EQ(header.more_fragments, together.size() < payload.size());
    }
    EXPECT_EQ(together, payload);
}

TEST(OuterPacket, IsNeverFragmentedAsAProbe) {
    const Bytes payload = numbered(1500);
    OuterPacket probe = over_ipv4(payload);
    probe.longest = 600;
    probe.dont_fragment = true;
    ASSERT_EQ(probe.packets().size(), 1U);
    EXPECT_TRUE(Ipv4Header::parse(probe.packets()[0])->dont_fragment);
    OuterPacket over6 = over_ipv6(payload);
    over6.longest = 600;
    over6.dont_fragment = true;
    ASSERT_EQ(over6.packets().size(), 1U);
    EXPECT_EQ(Ipv6Header::parse(over6.packets()[0])->next_header, NextHeader::esp);
}

TEST(OuterPacket, HasFragmentsOfEightOctetsWhereTheLimitIsSenseless) {
    const Bytes payload = numbered(20);
    OuterPacket packet = over_ipv6(payload);
    packet.longest = 1;
    EXPECT_EQ(packet.packets().size(), 3U);
}

TEST(UdpHeader, HasTheChecksumOfItsDatagram) {  // RFC 8200 §8.1
    const Bytes payload = numbered(11);
    const PseudoHeader addresses{over_ipv6({}).source, over_ipv6({}).destination};
    const Bytes datagram = UdpHeader{4191, 1194}.datagram(payload, addresses);
    EXPECT_THAT(BytesView(datagram).first(6), testing::ElementsAre(0x10, 0x5f, 0x04, 0xaa, 0, 19));
    EXPECT_EQ(upper_layer_checksum(addresses, NextHeader::udp, datagram), 0);
    EXPECT_THAT(BytesView(datagram).subspan(8), testing::ElementsAreArray(payload));
}

TEST(UdpHeader, HasRfc768sChecksumOverIpv4) {
    const Bytes payload = numbered(11);
    const OuterPacket packet = over_ipv4({});
    const Bytes datagram =
        UdpHeader{4191, 1194}.datagram(payload, {packet.source, packet.destination});
    Bytes covered{192, 0, 2, 1, 192, 0, 2, 2, 0, 17, 0, 19};
    covered.insert(covered.end(), datagram.begin(), datagram.end());
    EXPECT_EQ(internet_checksum(covered), 0);
}

TEST(UdpHeader, NeverHasAChecksumOfZero) {  // RFC 768: that would mean none
    const PseudoHeader addresses{over_ipv6({}).source, over_ipv6({}).destination};
    Bytes payload(2);
    const Bytes zeros = UdpHeader{1, 2}.datagram(payload, addresses);
    payload = {zeros[6], zeros[7]};
    const Bytes datagram = UdpHeader{1, 2}.datagram(payload, addresses);
    EXPECT_EQ(datagram[6], 0xff);
    EXPECT_EQ(datagram[7], 0xff);
}

}  // namespace
}  // namespace godwit::wire
