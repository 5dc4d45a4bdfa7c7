#include "shared/wire/virtio_net_header.hpp"

#include <cstring>
#include <expected>
#include <optional>

namespace godwit::wire {
namespace {

using Segmentation = VirtioNetHeader::Segmentation;

constexpr std::uint8_t needs_checksum_bit = 1;
constexpr std::uint8_t data_valid_bit = 2;
constexpr std::uint8_t ecn_bit = 0x80;

constexpr std::size_t header_length_at = 2;
constexpr std::size_t segment_size_at = 4;
constexpr std::size_t checksum_start_at = 6;
constexpr std::size_t checksum_offset_at = 8;

std::optional<Segmentation> segmentation_of(std::uint8_t type) {
    switch (type) {
        case 0:
            return Segmentation::none;
        case 1:
            return Segmentation::tcp_ipv4;
        case 4:
            return Segmentation::tcp_ipv6;
        case 5:
            return Segmentation::udp;
        default:
            return std::nullopt;
    }
}

std::uint8_t type_of(Segmentation segmentation) {
    switch (segmentation) {
        case Segmentation::none:
            return 0;
        case Segmentation::tcp_ipv4:
            return 1;
        case Segmentation::tcp_ipv6:
            return 4;
        case Segmentation::udp:
            return 5;
    }
    return 0;
}

bool is_tcp(Segmentation segmentation) {
    return segmentation == Segmentation::tcp_ipv4 || segmentation == Segmentation::tcp_ipv6;
}

std::uint16_t native_at(BytesView octets, std::size_t at) {
    std::uint16_t value = 0;
    std::memcpy(&value, octets.data() + at, sizeof value);
    return value;
}

void put_native(std::span<std::uint8_t> octets, std::size_t at, std::uint16_t value) {
    std::memcpy(octets.data() + at, &value, sizeof value);
}

}  // namespace

Parsed<VirtioNetHeader> VirtioNetHeader::parse(BytesView octets) {
    if (octets.size() < size) {
        return std::unexpected(ParseError::truncated);
    }
    const bool ecn = (octets[1] & ecn_bit) != 0;
    const auto segmentation = segmentation_of(octets[1] & static_cast<std::uint8_t>(~ecn_bit));
    if (!segmentation || (ecn && !is_tcp(*segmentation))) {
        return std::unexpected(ParseError::unexpected_protocol);
    }
    return VirtioNetHeader{.needs_checksum = (octets[0] & needs_checksum_bit) != 0,
                           .data_valid = (octets[0] & data_valid_bit) != 0,
                           .segmentation = *segmentation,
                           .ecn = ecn,
                           .header_length = native_at(octets, header_length_at),
                           .segment_size = native_at(octets, segment_size_at),
                           .checksum_start = native_at(octets, checksum_start_at),
                           .checksum_offset = native_at(octets, checksum_offset_at)};
}

void VirtioNetHeader::write(std::span<std::uint8_t, size> out) const {
    out[0] = static_cast<std::uint8_t>((needs_checksum ? needs_checksum_bit : 0U) |
                                       (data_valid ? data_valid_bit : 0U));
    out[1] = static_cast<std::uint8_t>(type_of(segmentation) | (ecn ? ecn_bit : 0U));
    put_native(out, header_length_at, header_length);
    put_native(out, segment_size_at, segment_size);
    put_native(out, checksum_start_at, checksum_start);
    put_native(out, checksum_offset_at, checksum_offset);
}

}  // namespace godwit::wire
