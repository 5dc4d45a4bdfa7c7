#include "shared/datapath/udp_payload.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace godwit::datapath
