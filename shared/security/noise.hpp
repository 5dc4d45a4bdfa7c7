#pragma once
// The Noise handshake patterns IK and IKpsk2 (rev 34 §7.5, §9.4), 25519, ChaChaPoly, BLAKE2b:
//
//   <- s
//   ...
//   -> e, es, s, ss
//   <- e, ee, se          (IKpsk2: e, ee, se, psk)
//
// The initiator knows the responder's static key beforehand; the responder learns the initiator's
// from message 1. Read §5 and §9 before this.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "shared/security/keys.hpp"
#include "shared/security/noise_symmetric_state.hpp"
#include "shared/security/secret.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

enum class NoisePattern : std::uint8_t { ik, ik_psk2 };

enum class NoiseError : std::uint8_t {
    truncated,      // shorter than the message's fixed parts
    low_order_key,  // a Diffie-Hellman result of all zeros
    bad_tag,        // not made by who knows the keys, or changed on the way
};

// What the messages add to their payloads, octets.
inline constexpr std::size_t noise_message_1_overhead = 32 + (32 + noise_tag) + noise_tag;
inline constexpr std::size_t noise_message_2_overhead = 32 + noise_tag;

struct NoiseSession {
    Secret<TransportKeys> keys;
    NoiseHash handshake_hash{};
};

class NoiseInitiator {
  public:
    // Writes message 1 into `message`, which has room for the payload and the overhead.
    // `static_static` is own.shared_secret(responder), if the caller has kept it.
    static std::expected<NoiseInitiator, NoiseError> write(
        NoisePattern pattern, wire::BytesView prologue, const KeyPair& own, KeyPair ephemeral,
        const PublicKey& responder, const KeyOctets* static_static, wire::BytesView payload,
        std::span<std::uint8_t> message);

    struct Finished {
        NoiseSession session;
        wire::Bytes payload;
    };
    // Reads message 2. A wrong one changes nothing: the right one may still come.
    [[nodiscard]] std::expected<Finished, NoiseError> read(const KeyPair& own,
                                                           const PresharedKey& preshared_key,
                                                           wire::BytesView message) const;

  private:
    NoiseInitiator(NoisePattern pattern, KeyPair ephemeral);

    NoisePattern pattern_;
    KeyPair ephemeral_;
    Secret<NoiseSymmetricState> state_;
};

class NoiseResponder {
  public:
    // Reads message 1 as far as the initiator's static key.
    static std::expected<NoiseResponder, NoiseError> read_initiator(NoisePattern pattern,
                                                                    wire::BytesView prologue,
                                                                    const KeyPair& own,
                                                                    wire::BytesView message);
    [[nodiscard]] const PublicKey& initiator() const { return initiator_; }

    // Reads the rest of the same message 1, which proves that the initiator holds that key.
    [[nodiscard]] std::expected<wire::Bytes, NoiseError> read_payload(
        const KeyPair& own, const KeyOctets* static_static, wire::BytesView message);

    // Writes message 2 into `message`, which has room for the payload and the overhead.
    [[nodiscard]] std::expected<NoiseSession, NoiseError> write(const PresharedKey& preshared_key,
                                                                const KeyPair& ephemeral,
                                                                wire::BytesView payload,
                                                                std::span<std::uint8_t> message);

  private:
    explicit NoiseResponder(NoisePattern pattern);

    NoisePattern pattern_;
    PublicKey initiator_;
    PublicKey initiator_ephemeral_;
    Secret<NoiseSymmetricState> state_;
};

}  // namespace godwit::security
