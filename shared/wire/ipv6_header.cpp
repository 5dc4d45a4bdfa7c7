#include "shared/wire/ipv6_header.hpp"

#include <expected>

namespace godwit::wire {

Parsed<Ipv6Header> Ipv6Header::parse(BytesView packet) {
    Reader in(packet);
    const auto first = in.integer<std::uint32_t>();
    Ipv6Header header;
    header.traffic_class = static_cast<std::uint8_t>(first >> 20U);
    header.flow_label = first & 0xfffffU;
    header.payload_length = in.integer<std::uint16_t>();
    header.next_header = NextHeader{in.integer<std::uint8_t>()};
    header.hop_limit = in.integer<std::uint8_t>();
    header.source = Ipv6Address::read(in);
    header.destination = Ipv6Address::read(in);
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    if (first >> 28U != 6) {
        return std::unexpected(ParseError::bad_version);
    }
    return header;
}

void Ipv6Header::write(std::span<std::uint8_t, size> out) const {
    out[0] = static_cast<std::uint8_t>(0x60U | traffic_class >> 4U);
    out[1] = static_cast<std::uint8_t>((traffic_class & 0xfU) << 4U | (flow_label >> 16U & 0xfU));
    out[2] = static_cast<std::uint8_t>(flow_label >> 8U);
    out[3] = static_cast<std::uint8_t>(flow_label);
    out[4] = static_cast<std::uint8_t>(payload_length >> 8U);
    out[5] = static_cast<std::uint8_t>(payload_length);
    out[6] = static_cast<std::uint8_t>(next_header);
    out[7] = hop_limit;
    std::ranges::copy(source.octets, out.subspan<8, 16>().begin());
    std::ranges::copy(destination.octets, out.subspan<24, 16>().begin());
}

Parsed<BytesView> Ipv6Header::payload_of(BytesView packet) const {
    if (packet.size() < size + payload_length) {
        return std::unexpected(ParseError::truncated);
    }
    return packet.subspan(size, payload_length);
}

}  // namespace godwit::wire
