// Packets of another implementation: UMIP's mip6d as mobile node and as home agent, without IPsec,
// on Debian's 6.1 kernel; and the neighbours on its link.

#include <gtest/gtest.h>

#include "shared/wire/extension_headers.hpp"
#include "shared/wire/icmpv6.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

using test::ip;
using test::octets;

const CareOfAddress care_of{ip("2001:db8:a:0:b421:6fff:feb3:6845")};

Parsed<MobilityMessage> message_in(const SignallingPacket& packet) {
    return parse_mobility_header(packet.mobility_header, packet.pseudo_header());
}

TEST(CapturedPacket, BindingUpdateOfUmip) {
    const auto packet = SignallingPacket::parse(octets(R"(
        600e17a300383c3f 20010db8000a0000b4216ffffeb36845 20010db8000f00000000000000000001
        870201020000c910 20010db8000f00000000000000000009
        3b030500a4a6edc6 c000545f01000310 20010db8000a0000b4216ffffeb36845)"));
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->source, care_of.address);
    EXPECT_EQ(packet->destination, test::home_agent.address);
    EXPECT_EQ(packet->home_address_option, test::home);
    EXPECT_FALSE(packet->routing_header);
    BindingUpdate update;
    update.sequence = SequenceNumber(0xedc6);
    update.acknowledge = true;
    update.home_registration = true;
    update.lifetime = Lifetime(21599);
    update.options = {AlternateCareOfAddress{care_of}};
    EXPECT_EQ(message_in(*packet), MobilityMessage(update));
    EXPECT_EQ(serialize_mobility_header(update, packet->pseudo_header()), packet->mobility_header);
}

TEST(CapturedPacket, BindingAcknowledgementOfUmip) {
    const auto packet = SignallingPacket::parse(octets(R"(
        600190c600282b40 20010db8000f00000000000000000001 20010db8000a0000b4216ffffeb36845
        8702020100000000 20010db8000f00000000000000000009
        3b0106001fa60000 edc6545e01020000)"));
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->source, test::home_agent.address);
    EXPECT_EQ(packet->destination, care_of.address);
    EXPECT_EQ(packet->routing_header, test::home);
    EXPECT_FALSE(packet->home_address_option);
    BindingAcknowledgement acknowledgement;
    acknowledgement.sequence = SequenceNumber(0xedc6);
    acknowledgement.lifetime = Lifetime(21598);
    EXPECT_EQ(message_in(*packet), MobilityMessage(acknowledgement));
    EXPECT_EQ(serialize_mobility_header(acknowledgement, packet->pseudo_header()),
              packet->mobility_header);
}

Parsed<Icmpv6Message> icmpv6_in(const Bytes& packet) {
    const auto header = Ipv6Header::parse(packet).value();
    return parse_icmpv6(header, walk_extension_headers(header, packet).value().payload);
}

TEST(CapturedPacket, NeighborSolicitationOfLinux) {
    NeighborSolicitation solicitation;
    solicitation.target = ip("2001:db8:e::2");
    solicitation.options.source_link_layer = LinkLayerAddress{0x0e, 0x3a, 0x25, 0x42, 0xb1, 0xfa};
    EXPECT_EQ(icmpv6_in(octets(R"(
        6000000000203aff fe800000000000000c3a25fffe42b1fa ff0200000000000000000001ff000002
        8700856500000000 20010db8000e00000000000000000002 01010e3a2542b1fa)")),
              Icmpv6Message(solicitation));
}

TEST(CapturedPacket, NeighborAdvertisementOfLinux) {
    NeighborAdvertisement advertisement;
    advertisement.router = true;
    advertisement.solicited = true;
    advertisement.overrides = true;
    advertisement.target = ip("2001:db8:e::2");
    advertisement.options.target_link_layer = LinkLayerAddress{0x9e, 0xf3, 0x76, 0x77, 0x52, 0xd5};
    EXPECT_EQ(icmpv6_in(octets(R"(
        6000000000203aff 20010db8000e00000000000000000002 fe800000000000000c3a25fffe42b1fa
        8800f0d8e0000000 20010db8000e00000000000000000002 02019ef3767752d5)")),
              Icmpv6Message(advertisement));
}

}  // namespace
}  // namespace godwit::wire
