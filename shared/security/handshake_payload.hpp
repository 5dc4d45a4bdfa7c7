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
// Type and length of a field are one octet each; a field of unknown type is skipped. In message 1,
// of who joins by an invite (docs/protocol.md, "Joining"):
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 1    |  Length = 24  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |               Number of the invite (8 octets)                 |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Proof (16 octets)                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// In message 2, to who has used a public key that the home agent is about to give up:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 1    |  Length = 32  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        The home agent's next public key (32 octets)           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <optional>

#include "shared/security/enrolment.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/suite.hpp"
#include "shared/security/tai64n.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::security {

// Tells an SPI from the first octet of an inner packet, where both share a UDP port.
inline constexpr std::uint32_t spi_top_bit = 0x80000000;

struct InitiationPayload {
    static constexpr std::size_t length = 17;  // octets, without fields

    Tai64n timestamp;
    std::uint32_t spi = 0;
    SuiteSet suites;
    std::optional<JoinRequest> join{};

    static wire::Parsed<InitiationPayload> parse(wire::BytesView in);
    [[nodiscard]] wire::Bytes serialize() const;
};

struct ResponsePayload {
    static constexpr std::size_t length = 5;  // octets, without fields

    std::uint32_t spi = 0;
    Suite suite{};
    std::optional<PublicKey> next_home_agent_key{};

    bool operator==(const ResponsePayload&) const = default;
    static wire::Parsed<ResponsePayload> parse(wire::BytesView in);
    [[nodiscard]] wire::Bytes serialize() const;
};

}  // namespace godwit::security
