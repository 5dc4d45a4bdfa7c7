#pragma once
// One direction of a tunnel's AEAD. AES keys are expanded by the first packet: most
// sessions of a home agent idle.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/security/aes_by_vaes.hpp"
#include "shared/security/aes_of_long_texts.hpp"
#include "shared/security/secret.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/security/suite.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

inline constexpr std::size_t esp_iv = 8;                      // octets, RFC 4106 §3.1, RFC 7634 §2
inline constexpr std::size_t esp_integrity_check_value = 16;  // octets

// Makes for this thread what its first packet would have to wait for (a millisecond).
void prepare_for_packets();

class EspCipher {
  public:
    // `may_use_vaes`: false where AES is to do without what only newer processors have.
    EspCipher(Suite suite, const TunnelKey& key, bool may_use_vaes = true);

    // `ciphertext`, of the same length, is where `plaintext` lies or apart from it; the tag goes to
    // `tag`.
    void encrypt(std::span<const std::uint8_t, esp_iv> iv, wire::BytesView associated,
                 wire::BytesView plaintext, std::span<std::uint8_t> ciphertext,
                 std::span<std::uint8_t, esp_integrity_check_value> tag);
    // `text` becomes plaintext; false if the tag is wrong, and then `text` is as it was or zero.
    [[nodiscard]] bool decrypt(std::span<const std::uint8_t, esp_iv> iv, wire::BytesView associated,
                               std::span<std::uint8_t> text,
                               std::span<const std::uint8_t, esp_integrity_check_value> tag);

    // The calling thread keeps nothing that it has prepared of this key: for the one that has used
    // it, since another is to destroy this.
    void forget() const;

  private:
    struct ExpandedAesKey {
        alignas(16) std::array<std::uint8_t, 512> opaque;
    };
    using Nonce = std::array<std::uint8_t, 12>;

    [[nodiscard]] Nonce nonce_of(std::span<const std::uint8_t, esp_iv> iv) const;
    void expand_aes_key();

    [[nodiscard]] bool is_for_libcrypto(std::span<const std::uint8_t> text) const {
        return suite_ == Suite::aes_256_gcm && text.size() >= long_text;
    }
    [[nodiscard]] NamedAesKey named_key() const { return {key_name_, key_->key}; }

    Suite suite_;
    bool is_for_vaes_;
    std::uint64_t key_name_;
    Secret<TunnelKey> key_;
    Secret<ExpandedAesKey> aes_;
};

}  // namespace godwit::security
