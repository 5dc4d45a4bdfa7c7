#include "shared/wire/esp_header.hpp"

#include <expected>

namespace godwit::wire {
namespace {

void write_integer(std::uint32_t value, std::span<std::uint8_t, 4> out) {
    out[0] = static_cast<std::uint8_t>(value >> 24U);
    out[1] = static_cast<std::uint8_t>(value >> 16U);
    out[2] = static_cast<std::uint8_t>(value >> 8U);
    out[3] = static_cast<std::uint8_t>(value);
}

}  // namespace

Parsed<EspHeader> EspHeader::parse(BytesView packet) {
    Reader in(packet);
    EspHeader header;
    header.spi = in.integer<std::uint32_t>();
    header.sequence = in.integer<std::uint32_t>();
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    return header;
}

void EspHeader::write(std::span<std::uint8_t, size> out) const {
    write_integer(spi, out.first<4>());
    write_integer(sequence, out.last<4>());
}

}  // namespace godwit::wire
