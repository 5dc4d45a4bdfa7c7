#pragma once
// What the two Noise messages of a handshake say. Message 1:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                      TAI64N (12 octets)                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                The mobile node's inbound SPI                  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Suites (bits) |   Fields: type, length, value ...             .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Message 2:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 The home agent's inbound SPI                  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Suite     |   Fields: type, length, value ...             .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Type and length of a field are one octet each; a field of unknown type is skipped, and none is
// defined so far.

#include <cstddef>
#include <cstdint>

#include "shared/security/suite.hpp"
#include "shared/security/tai64n.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::security {

// Tells an SPI from the first octet of an inner packet, where both share a UDP port.
inline constexpr std::uint32_t spi_top_bit = 0x80000000;

struct InitiationPayload {
    static constexpr std::size_t length = 17;  // octets, as serialised here

    Tai64n timestamp;
    std::uint32_t spi = 0;
    SuiteSet suites;

    bool operator==(const InitiationPayload&) const = default;
    static wire::Parsed<InitiationPayload> parse(wire::BytesView in);
    [[nodiscard]] wire::Bytes serialize() const;
};

struct ResponsePayload {
    static constexpr std::size_t length = 5;  // octets, as serialised here

    std::uint32_t spi = 0;
    Suite suite{};

    bool operator==(const ResponsePayload&) const = default;
    static wire::Parsed<ResponsePayload> parse(wire::BytesView in);
    [[nodiscard]] wire::Bytes serialize() const;
};

}  // namespace godwit::security
