#pragma once
// RFC 4303 §2: what stands in clear before the sealed payload of an ESP packet.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |               Security Parameters Index (SPI)                 |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                      Sequence Number                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct EspHeader {
    static constexpr std::size_t size = 8;  // octets

    std::uint32_t spi = 0;
    std::uint32_t sequence = 0;

    bool operator==(const EspHeader&) const = default;
    static Parsed<EspHeader> parse(BytesView packet);
    void write(std::span<std::uint8_t, size> out) const;
};

}  // namespace godwit::wire
