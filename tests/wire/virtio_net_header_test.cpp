#include "shared/wire/virtio_net_header.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <utility>

namespace godwit::wire {
namespace {

using Segmentation = VirtioNetHeader::Segmentation;
using Octets = std::array<std::uint8_t, VirtioNetHeader::size>;

// As a little-endian kernel has it.
constexpr Octets tcp_ipv6{1, 0x84, 72, 0, 0x44, 0x05, 40, 0, 16, 0};
const VirtioNetHeader of_tcp_ipv6{.needs_checksum = true,
                                  .segmentation = Segmentation::tcp_ipv6,
                                  .ecn = true,
                                  .header_length = 72,
                                  .segment_size = 0x0544,
                                  .checksum_start = 40,
                                  .checksum_offset = 16};

TEST(VirtioNetHeader, IsInTheByteOrderOfThisMachine) {
    ASSERT_EQ(std::endian::native, std::endian::little);
    EXPECT_EQ(VirtioNetHeader::parse(tcp_ipv6), of_tcp_ipv6);
    Octets written{};
    of_tcp_ipv6.write(written);
    EXPECT_EQ(written, tcp_ipv6);
}

TEST(VirtioNetHeader, RoundTripsEverySegmentation) {
    for (const auto& [type, segmentation] :
         {std::pair<std::uint8_t, Segmentation>{0, Segmentation::none},
          {1, Segmentation::tcp_ipv4},
          {4, Segmentation::tcp_ipv6},
          {5, Segmentation::udp}}) {
        const VirtioNetHeader header{
            .data_valid = true, .segmentation = segmentation, .segment_size = 0xfedc};
        Octets written{};
        header.write(written);
        EXPECT_EQ(written[1], type);
        EXPECT_EQ(VirtioNetHeader::parse(written), header);
    }
}

TEST(VirtioNetHeader, RefusesSegmentationThatIsNotSpokenHere) {
    for (unsigned type = 0; type < 256; ++type) {
        Octets octets = tcp_ipv6;
        octets[1] = static_cast<std::uint8_t>(type);
        const bool is_spoken = type == 0 || type == 5 || (type & 0x7fU) == 1 || (type & 0x7fU) == 4;
        EXPECT_EQ(VirtioNetHeader::parse(octets).has_value(), is_spoken) << type;
    }
}

TEST(VirtioNetHeader, IgnoresFlagsThatNobodyAskedFor) {  // virtio 1.2 §5.1.6.4
    Octets octets = tcp_ipv6;
    octets[0] |= 0xfc;
    EXPECT_EQ(VirtioNetHeader::parse(octets), of_tcp_ipv6);
}

TEST(VirtioNetHeader, IsTruncatedBelowTenOctets) {
    for (std::size_t size = 0; size < tcp_ipv6.size(); ++size) {
        EXPECT_EQ(VirtioNetHeader::parse(BytesView(tcp_ipv6).first(size)),
                  std::unexpected(ParseError::truncated));
    }
}

}  // namespace
}  // namespace godwit::wire
