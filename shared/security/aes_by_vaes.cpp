#include "shared/security/aes_by_vaes.hpp"

#ifdef GODWIT_HAS_IPSEC_MB

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include <array>
#include <cassert>

// Of ipsec-mb's functions for each kind of processor the header declares some, and has the rest
// found through a manager, which brings along every other algorithm of the library.
extern "C" {
void aes_gcm_precomp_256_vaes_avx512(gcm_key_data* expanded);
void aes_gcm_enc_256_vaes_avx512(const gcm_key_data* key, gcm_context_data* context,
                                 std::uint8_t* out, const std::uint8_t* in, std::uint64_t length,
                                 const std::uint8_t* iv, const std::uint8_t* associated,
                                 std::uint64_t associated_length, std::uint8_t* tag,
                                 std::uint64_t tag_length);
void aes_gcm_dec_256_vaes_avx512(const gcm_key_data* key, gcm_context_data* context,
                                 std::uint8_t* out, const std::uint8_t* in, std::uint64_t length,
                                 const std::uint8_t* iv, const std::uint8_t* associated,
                                 std::uint64_t associated_length, std::uint8_t* tag,
                                 std::uint64_t tag_length);
}

namespace godwit::security {
namespace {

// One direction, in one thread.
struct ExpandedKey {
    alignas(64) gcm_key_data key;
    gcm_context_data context;
    std::uint64_t name = 0;

    ExpandedKey() = default;
    ExpandedKey(const ExpandedKey&) = delete;
    ExpandedKey& operator=(const ExpandedKey&) = delete;
    ~ExpandedKey() { ::sodium_memzero(this, sizeof *this); }

    void forget(std::uint64_t other) {
        if (other == name) {
            ::sodium_memzero(this, sizeof *this);
        }
    }

    void take(const NamedAesKey& other) {
        if (other.name != name) {
            ::aes_keyexp_256_enc_avx512(other.key.data(), key.expanded_keys);
            ::aes_gcm_precomp_256_vaes_avx512(&key);
            name = other.name;
        }
    }
};

ExpandedKey& encryption() {
    thread_local ExpandedKey expanded;
    return expanded;
}

ExpandedKey& decryption() {
    thread_local ExpandedKey expanded;
    return expanded;
}

}  // namespace

void forget_vaes_key(std::uint64_t name) {
    encryption().forget(name);
    decryption().forget(name);
}

bool has_vaes() {
    static const bool has =
        __builtin_cpu_supports("vaes") != 0 && __builtin_cpu_supports("vpclmulqdq") != 0 &&
        __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
        __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0;
    return has;
}

void encrypt_by_vaes(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                     wire::BytesView associated, wire::BytesView plaintext,
                     std::span<std::uint8_t> ciphertext, std::span<std::uint8_t, 16> tag) {
    assert(has_vaes() && plaintext.size() == ciphertext.size());
    ExpandedKey& expanded = encryption();
    expanded.take(key);
    ::aes_gcm_enc_256_vaes_avx512(&expanded.key, &expanded.context, ciphertext.data(),
                                  plaintext.data(), plaintext.size(), nonce.data(),
                                  associated.data(), associated.size(), tag.data(), tag.size());
}

bool decrypt_by_vaes(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                     wire::BytesView associated, std::span<std::uint8_t> text,
                     std::span<const std::uint8_t, 16> tag) {
    assert(has_vaes());
    ExpandedKey& expanded = decryption();
    expanded.take(key);
    std::array<std::uint8_t, 16> right_tag;
    ::aes_gcm_dec_256_vaes_avx512(&expanded.key, &expanded.context, text.data(), text.data(),
                                  text.size(), nonce.data(), associated.data(), associated.size(),
                                  right_tag.data(), right_tag.size());
    if (::CRYPTO_memcmp(right_tag.data(), tag.data(), right_tag.size()) == 0) {
        return true;
    }
    ::sodium_memzero(text.data(), text.size());
    return false;
}

}  // namespace godwit::security

#else

#include <cstdlib>

namespace godwit::security {

bool has_vaes() {
    return false;
}

void forget_vaes_key(std::uint64_t /*name*/) {}

void encrypt_by_vaes(const NamedAesKey& /*key*/, std::span<const std::uint8_t, 12> /*nonce*/,
                     wire::BytesView /*associated*/, wire::BytesView /*plaintext*/,
                     std::span<std::uint8_t> /*ciphertext*/, std::span<std::uint8_t, 16> /*tag*/) {
    std::abort();
}

bool decrypt_by_vaes(const NamedAesKey& /*key*/, std::span<const std::uint8_t, 12> /*nonce*/,
                     wire::BytesView /*associated*/, std::span<std::uint8_t> /*text*/,
                     std::span<const std::uint8_t, 16> /*tag*/) {
    std::abort();
}

}  // namespace godwit::security

#endif
