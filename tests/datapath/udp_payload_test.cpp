#include "shared/datapath/udp_payload.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "shared/wire/bytes.hpp"

namespace godwit::datapath {
namespace {

using wire::NextHeader;

TEST(UdpPayload, IsToldByItsFirstFourBits) {  // RFC 5555 §4.1, RFC 3948 §2.2
    for (unsigned first = 0; first <= 0xff; ++first) {
        const wire::Bytes payload{static_cast<std::uint8_t>(first), 0, 0, 0};
        const auto protocol = protocol_of_udp_payload(payload);
        if (first >> 4U == 6) {
            EXPECT_EQ(protocol, NextHeader::ipv6) << first;
        } else if (first >> 4U == 4) {
            EXPECT_EQ(protocol, NextHeader::ipv4) << first;
        } else if (first >= 0x80) {
            EXPECT_EQ(protocol, NextHeader::esp) << first;
        } else {
            EXPECT_EQ(protocol.error(), DropReason::unknown_payload) << first;
        }
    }
}

TEST(UdpPayload, MayBeAKeepalive) {  // RFC 3948 §2.3
    EXPECT_EQ(protocol_of_udp_payload(wire::Bytes{0xff}).error(), DropReason::nat_keepalive);
    EXPECT_EQ(protocol_of_udp_payload(wire::Bytes{0xff, 0xff}), NextHeader::esp);
}

TEST(UdpPayload, IsUnknownIfThereIsNone) {
    EXPECT_EQ(protocol_of_udp_payload({}).error(), DropReason::unknown_payload);
}

std::vector<std::size_t> sizes_of(std::size_t payload, std::size_t segment_size) {
    wire::Bytes octets(payload);
    std::vector<std::size_t> sizes;
    each_datagram(octets, segment_size,
                  [&](std::span<std::uint8_t> datagram) { sizes.push_back(datagram.size()); });
    return sizes;
}

TEST(UdpPayload, IsCutWhereManyCameAsOne) {  // udp(7): UDP_GRO
    using Sizes = std::vector<std::size_t>;
    EXPECT_EQ(sizes_of(100, 0), (Sizes{100}));
    EXPECT_EQ(sizes_of(100, 40), (Sizes{40, 40, 20}));
    EXPECT_EQ(sizes_of(80, 40), (Sizes{40, 40}));
    EXPECT_EQ(sizes_of(30, 40), (Sizes{30}));
    EXPECT_EQ(sizes_of(0, 0), (Sizes{0})) << "an empty one is one";
    EXPECT_EQ(sizes_of(0, 40), (Sizes{0}));
}

}  // namespace
}  // namespace godwit::datapath
