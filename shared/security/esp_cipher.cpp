#include "shared/security/esp_cipher.hpp"

#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <cassert>

namespace godwit::security {
namespace {

// libsodium names its expanded key a struct of its own, and promises size and alignment.
template <class Expanded>
crypto_aead_aes256gcm_state* state_in(Expanded& expanded) {
    static_assert(sizeof(crypto_aead_aes256gcm_state) <= sizeof(Expanded));
    static_assert(alignof(crypto_aead_aes256gcm_state) <= alignof(Expanded));
    return reinterpret_cast<crypto_aead_aes256gcm_state*>(expanded.opaque.data());
}

// Never 0, and never the same again.
std::uint64_t next_key_name() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

}  // namespace

void prepare_for_packets() {
    if (!has_vaes()) {
        prepare_for_long_texts();
    }
}

EspCipher::EspCipher(Suite suite, const TunnelKey& key, bool may_use_vaes)
    : suite_(suite),
      is_for_vaes_(may_use_vaes && suite == Suite::aes_256_gcm && has_vaes()),
      key_name_(next_key_name()),
      key_(make_secret(key)) {
    assert(SuiteSet::of_this_machine().contains(suite));
}

void EspCipher::encrypt(std::span<const std::uint8_t, esp_iv> iv, wire::BytesView associated,
                        wire::BytesView plaintext, std::span<std::uint8_t> ciphertext,
                        std::span<std::uint8_t, esp_integrity_check_value> tag) {
    assert(plaintext.size() == ciphertext.size());
    const Nonce nonce = nonce_of(iv);
    if (is_for_vaes_) {
        encrypt_by_vaes(named_key(), nonce, associated, plaintext, ciphertext, tag);
    } else if (is_for_libcrypto(plaintext)) {
        encrypt_long_text(named_key(), nonce, associated, plaintext, ciphertext, tag);
    } else if (suite_ == Suite::aes_256_gcm) {
        expand_aes_key();
        crypto_aead_aes256gcm_encrypt_detached_afternm(
            ciphertext.data(), tag.data(), nullptr, plaintext.data(), plaintext.size(),
            associated.data(), associated.size(), nullptr, nonce.data(), state_in(*aes_));
    } else {
        crypto_aead_chacha20poly1305_ietf_encrypt_detached(
            ciphertext.data(), tag.data(), nullptr, plaintext.data(), plaintext.size(),
            associated.data(), associated.size(), nullptr, nonce.data(), key_->key.data());
    }
}

bool EspCipher::decrypt(std::span<const std::uint8_t, esp_iv> iv, wire::BytesView associated,
                        std::span<std::uint8_t> text,
                        std::span<const std::uint8_t, esp_integrity_check_value> tag) {
    const Nonce nonce = nonce_of(iv);
    if (is_for_vaes_) {
        return decrypt_by_vaes(named_key(), nonce, associated, text, tag);
    }
    if (is_for_libcrypto(text)) {
        return decrypt_long_text(named_key(), nonce, associated, text, tag);
    }
    if (suite_ == Suite::aes_256_gcm) {
        expand_aes_key();
        return crypto_aead_aes256gcm_decrypt_detached_afternm(
                   text.data(), nullptr, text.data(), text.size(), tag.data(), associated.data(),
                   associated.size(), nonce.data(), state_in(*aes_)) == 0;
    }
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
               text.data(), nullptr, text.data(), text.size(), tag.data(), associated.data(),
               associated.size(), nonce.data(), key_->key.data()) == 0;
}

void EspCipher::forget() const {
    if (is_for_vaes_) {
        forget_vaes_key(key_name_);
    } else if (suite_ == Suite::aes_256_gcm) {
        forget_long_texts_key(key_name_);
    }
}

// RFC 4106 §4, RFC 7634 §2: salt, then the explicit IV.
EspCipher::Nonce EspCipher::nonce_of(std::span<const std::uint8_t, esp_iv> iv) const {
    Nonce nonce{};
    const auto rest = std::ranges::copy(key_->salt, nonce.begin()).out;
    std::ranges::copy(iv, rest);
    return nonce;
}

void EspCipher::expand_aes_key() {
    if (!aes_) {
        aes_ = make_secret<ExpandedAesKey>();
        crypto_aead_aes256gcm_beforenm(state_in(*aes_), key_->key.data());
    }
}

}  // namespace godwit::security
