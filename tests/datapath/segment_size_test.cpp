#include "shared/datapath/segment_size.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/wire/checksum.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;

constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t syn_and_ack = 0x12;
constexpr std::uint8_t ack = 0x10;

// A whole TCP segment with these options, a multiple of 4 octets, and its checksum.
wire::Bytes segment(const wire::PseudoHeader& addresses, std::uint8_t flags,
                    const wire::Bytes& options, std::size_t data = 0) {
    wire::Bytes tcp{0x30, 0x39, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0, flags, 0xff, 0xff, 0, 0, 0, 0};
    tcp[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4U);
    tcp.resize(20 + options.size() + data, 0x5a);
    std::ranges::copy(options, tcp.begin() + 20);
    const auto checksum = wire::upper_layer_checksum(addresses, wire::NextHeader::tcp, tcp);
    tcp[16] = static_cast<std::uint8_t>(checksum >> 8U);
    tcp[17] = static_cast<std::uint8_t>(checksum);
    return tcp;
}

wire::Bytes options_with(std::uint16_t size) {
    return {2, 4, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
}

struct OverIpv6 {
    static constexpr std::size_t header = 40;
    static wire::PseudoHeader addresses() { return {home.address, correspondent}; }
    static wire::Bytes packet(const wire::Bytes& tcp) {
        wire::Bytes bytes = test::inner_packet(home.address, correspondent, header + tcp.size());
        bytes[6] = static_cast<std::uint8_t>(wire::NextHeader::tcp);
        std::ranges::copy(tcp, bytes.begin() + header);
        return bytes;
    }
};

struct OverIpv4 {
    static constexpr std::size_t header = 20;
    static wire::PseudoHeader addresses() {
        return {test::ip("::ffff:192.0.2.9"), test::ip("::ffff:192.0.2.1")};
    }
    static wire::Bytes packet(const wire::Bytes& tcp) {
        wire::Bytes bytes = test::ipv4_packet("192.0.2.9", "192.0.2.1", header + tcp.size());
        bytes[9] = static_cast<std::uint8_t>(wire::NextHeader::tcp);
        std::ranges::copy(tcp, bytes.begin() + header);
        return bytes;
    }
};

template <class Over>
class SegmentSize : public testing::Test {
  protected:
    static wire::Bytes packet(std::uint8_t flags, const wire::Bytes& options,
                              std::size_t data = 0) {
        return Over::packet(segment(Over::addresses(), flags, options, data));
    }
    static wire::Bytes clamped(wire::Bytes bytes, std::uint32_t whole) {
        clamp_segment_size(InnerPacket::parse(bytes).value(), whole);
        const wire::BytesView tcp = wire::BytesView(bytes).subspan(Over::header);
        EXPECT_EQ(wire::upper_layer_checksum(Over::addresses(), wire::NextHeader::tcp, tcp), 0);
        return bytes;
    }
    static constexpr std::uint32_t headers = Over::header + 20;
};
using IpVersions = testing::Types<OverIpv6, OverIpv4>;
TYPED_TEST_SUITE(SegmentSize, IpVersions);

TYPED_TEST(SegmentSize, IsLoweredInASynAndInItsAnswer) {
    for (const std::uint8_t flags : {syn, syn_and_ack}) {
        EXPECT_EQ(this->clamped(this->packet(flags, options_with(1460)), 1280),
                  this->packet(flags, options_with(1280 - this->headers)));
    }
}

TYPED_TEST(SegmentSize, IsNeverRaised) {
    const auto packet = this->packet(syn, options_with(536));
    EXPECT_EQ(this->clamped(packet, 1280), packet);
}

TYPED_TEST(SegmentSize, StaysInAllOtherSegments) {
    const auto packet = this->packet(ack, options_with(1460));
    EXPECT_EQ(this->clamped(packet, 1280), packet);
}

TYPED_TEST(SegmentSize, IsFoundBehindOtherOptionsAtAnOddOffsetToo) {
    const wire::Bytes before{1, 3, 3, 7, 1, 1, 2, 4, 0x05, 0xb4, 1, 0};
    const wire::Bytes after{1, 3, 3, 7, 1, 1, 2, 4, 0x02, 0x58, 1, 0};
    const wire::Bytes odd_before{1, 2, 4, 0x05, 0xb4, 0, 0, 0};
    const wire::Bytes odd_after{1, 2, 4, 0x02, 0x58, 0, 0, 0};
    const std::uint32_t whole = 600 + this->headers;
    EXPECT_EQ(this->clamped(this->packet(syn, before, 7), whole), this->packet(syn, after, 7));
    EXPECT_EQ(this->clamped(this->packet(syn, odd_before, 7), whole),
              this->packet(syn, odd_after, 7));
}

TYPED_TEST(SegmentSize, IsNotLookedForBehindTheEndOfTheOptions) {
    for (const wire::Bytes& options :
         {wire::Bytes{0, 2, 4, 0xff, 0xff, 0, 0, 0}, wire::Bytes{3, 9, 2, 4, 0xff, 0xff, 0, 0},
          wire::Bytes{3, 1, 2, 4, 0xff, 0xff, 0, 0}, wire::Bytes{2, 3, 0xff, 0},
          wire::Bytes{1, 1, 2, 4}, wire::Bytes{1, 1, 1, 2}, wire::Bytes{}}) {
        const auto packet = this->packet(syn, options);
        EXPECT_EQ(this->clamped(packet, 1280), packet);
    }
}

TYPED_TEST(SegmentSize, StaysWhereTheHeaderIsNotAllThere) {
    const auto tcp = segment(TypeParam::addresses(), syn, options_with(1460));
    for (std::size_t size = 0; size < tcp.size(); ++size) {
        auto bytes = TypeParam::packet({tcp.begin(), tcp.begin() + static_cast<long>(size)});
        const auto before = bytes;
        clamp_segment_size(InnerPacket::parse(bytes).value(), 1280);
        EXPECT_EQ(bytes, before) << size;
    }
}

TYPED_TEST(SegmentSize, IsOfSomeUseOnTheSmallestPath) {
    EXPECT_EQ(this->clamped(this->packet(syn, options_with(1460)), 0),
              this->packet(syn, options_with(64)));
}

TEST(SegmentSizeOfAFragment, Stays) {
    auto bytes = OverIpv4::packet(segment(OverIpv4::addresses(), syn, options_with(1460)));
    bytes[7] = 1;
    const auto before = bytes;
    clamp_segment_size(InnerPacket::parse(bytes).value(), 1280);
    EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace godwit::datapath
