#pragma once
// What Godwit puts into the Experimental Mobility Option (RFC 5096 §4). In a binding update that
// starts a handshake (kind 1); its acknowledgement has kind 2 and no mac2; a binding update under a
// session has kind 3 and ends after mac1:
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |    Length     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Kind      |  Version = 1  |                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
//   |                        mac1 (16 octets)                       |
//   +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                               |                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
//   |                  mac2 (16 octets), kind 1 only                |
//   +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                               |                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
//   .                  Noise message, kinds 1 and 2                 .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// mac1 shows that the sender knows the receiver's public key; who cannot show it gets no answer and
// causes no public-key work. It is BLAKE2b-128 keyed by BLAKE2b-256("godwit mac1" | public key),
// over the Mobility Header in which the checksum, both macs and the authenticator at its end (kinds
// 2 and 3) are zero. mac2 is BLAKE2b-128 keyed by a cookie (cookie.hpp), over the same with mac1 in
// its place; zero where no cookie has been given.

#include <cstddef>
#include <cstdint>
#include <expected>

#include "shared/security/keys.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/rejection.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::security {

enum class HandshakeOptionKind : std::uint8_t { initiation = 1, response = 2, mac1_alone = 3 };

inline constexpr std::uint8_t handshake_version = 1;

// A piece of a serialised Mobility Header, in octets from its start.
struct Stretch {
    std::size_t offset = 0;
    std::size_t length = 0;

    template <class Octets>
    [[nodiscard]] auto in(Octets octets) const {
        return octets.subspan(offset, length);
    }
};

// Where the parts of the option lie in a binding update or acknowledgement.
struct HandshakeOption {
    HandshakeOptionKind kind{};
    Stretch mac1;
    Stretch mac2;   // of length 0 where the kind has none
    Stretch noise;  // of length 0 where the kind has none
};

// An option with zeros for the macs and the Noise message, to be filled in after serialising.
wire::ExperimentalOption blank_handshake_option(HandshakeOptionKind kind, std::size_t noise_length);

// Finds it again. `unauthenticated` if there is none; two of a kind are malformed.
std::expected<HandshakeOption, RejectionReason> find_handshake_option(
    wire::BytesView mobility_header, HandshakeOptionKind kind);

// Whether a Mobility Header looks like a binding update that starts a handshake. Nothing is proved.
[[nodiscard]] bool is_initiation(wire::BytesView mobility_header);

// What both ends of a handshake must have seen alike: "godwit 1" | home address | care-of address |
// the binding update's Mobility Header with checksum, macs and Noise message zero.
wire::Bytes handshake_prologue(const CoveredAddresses& addresses, wire::BytesView mobility_header,
                               const HandshakeOption& option);

// Whether the option carries no cookie's mac2.
[[nodiscard]] bool is_mac2_zero(wire::BytesView mobility_header, const HandshakeOption& option);
// Of an initiation, by a cookie. mac1 is written already.
void write_mac2(const Mac& cookie, std::span<std::uint8_t> mobility_header,
                const HandshakeOption& option);
[[nodiscard]] bool has_right_mac2(const Mac& cookie, wire::BytesView mobility_header,
                                  const HandshakeOption& option);

class Mac1Key {
  public:
    explicit Mac1Key(const PublicKey& receiver);

    void write(std::span<std::uint8_t> mobility_header, const HandshakeOption& option) const;
    [[nodiscard]] bool is_right(wire::BytesView mobility_header,
                                const HandshakeOption& option) const;

  private:
    [[nodiscard]] Mac mac1_of(wire::BytesView mobility_header, const HandshakeOption& option) const;

    KeyOctets key_{};
};

}  // namespace godwit::security
