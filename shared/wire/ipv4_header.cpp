#include "shared/wire/ipv4_header.hpp"

#include <algorithm>
#include <expected>

#include "shared/wire/checksum.hpp"

namespace godwit::wire {
namespace {

constexpr std::uint16_t dont_fragment_bit = 0x4000;
constexpr std::uint16_t more_fragments_bit = 0x2000;
constexpr std::uint16_t offset_bits = 0x1fff;
constexpr std::size_t checksum_offset = 10;

}  // namespace

Parsed<Ipv4Header> Ipv4Header::parse(BytesView packet) {
    Reader in(packet);
    const auto first = in.integer<std::uint8_t>();
    Ipv4Header header;
    header.type_of_service = in.integer<std::uint8_t>();
    header.total_length = in.integer<std::uint16_t>();
    header.identification = in.integer<std::uint16_t>();
    const auto fragment = in.integer<std::uint16_t>();
    header.dont_fragment = (fragment & dont_fragment_bit) != 0;
    header.more_fragments = (fragment & more_fragments_bit) != 0;
    header.fragment_offset = static_cast<std::uint16_t>((fragment & offset_bits) * 8);
    header.time_to_live = in.integer<std::uint8_t>();
    header.protocol = NextHeader{in.integer<std::uint8_t>()};
    in.skip(2);
    header.source.octets = in.array<4>();
    header.destination.octets = in.array<4>();
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    if (first >> 4U != 4) {
        return std::unexpected(ParseError::bad_version);
    }
    if ((first & 0xfU) != size / 4) {
        return std::unexpected(ParseError::bad_extension_header);
    }
    if (header.total_length < size) {
        return std::unexpected(ParseError::bad_length);
    }
    return header;
}

void Ipv4Header::write(std::span<std::uint8_t, size> out) const {
    Bytes octets;
    Writer writer(octets);
    const auto flags = static_cast<std::uint16_t>((dont_fragment ? dont_fragment_bit : 0U) |
                                                  (more_fragments ? more_fragments_bit : 0U));
    writer.integer(std::uint8_t{0x45});
    writer.integer(type_of_service);
    writer.integer(total_length);
    writer.integer(identification);
    writer.integer(static_cast<std::uint16_t>(flags | (fragment_offset / 8U)));
    writer.integer(time_to_live);
    writer.integer(static_cast<std::uint8_t>(protocol));
    writer.integer(std::uint16_t{0});
    writer.bytes(source.octets);
    writer.bytes(destination.octets);
    const std::uint16_t checksum = internet_checksum(octets);
    octets[checksum_offset] = static_cast<std::uint8_t>(checksum >> 8U);
    octets[checksum_offset + 1] = static_cast<std::uint8_t>(checksum);
    std::ranges::copy(octets, out.begin());
}

Parsed<BytesView> Ipv4Header::payload_of(BytesView packet) const {
    if (packet.size() < total_length) {
        return std::unexpected(ParseError::truncated);
    }
    return packet.first(total_length).subspan(size);
}

}  // namespace godwit::wire
