#pragma once
// Noise rev 34 §4 and §5.2 for ChaChaPoly and BLAKE2b: what a handshake carries from token to
// token. To be kept in secret memory.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "shared/security/keys.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

inline constexpr std::size_t noise_tag = 16;  // octets
using NoiseHash = std::array<std::uint8_t, 64>;

// The two keys that a handshake ends with, §5.2 Split().
struct TransportKeys {
    KeyOctets to_responder;
    KeyOctets to_initiator;
};

// ENCRYPT(k, n, ad, plaintext), §4.2; `out` has room for the tag.
void noise_encrypt(const KeyOctets& key, std::uint64_t nonce, wire::BytesView associated,
                   wire::BytesView plaintext, std::span<std::uint8_t> out);
// DECRYPT(k, n, ad, ciphertext), §4.2; false, and nothing in `out`, if the tag is wrong.
[[nodiscard]] bool noise_decrypt(const KeyOctets& key, std::uint64_t nonce,
                                 wire::BytesView associated, wire::BytesView ciphertext,
                                 std::span<std::uint8_t> out);

class NoiseSymmetricState {
  public:
    void initialize(std::string_view protocol_name);
    void mix_hash(wire::BytesView octets);
    void mix_key(wire::BytesView input);
    void mix_key_and_hash(wire::BytesView input);
    void encrypt_and_hash(wire::BytesView plaintext, std::span<std::uint8_t> out);
    [[nodiscard]] bool decrypt_and_hash(wire::BytesView ciphertext, std::span<std::uint8_t> out);
    void split(TransportKeys& keys) const;
    [[nodiscard]] const NoiseHash& hash() const { return hash_; }

  private:
    NoiseHash chaining_key_{};
    NoiseHash hash_{};
    KeyOctets key_{};
    std::uint64_t nonce_ = 0;
};

}  // namespace godwit::security
