#pragma once
// AES-256-GCM by libcrypto, which is faster than libsodium for long texts, and slower for short
// ones (docs/decisions/0030). What it prepares for a key is kept once in each thread, for the key
// that was used last: a session costs nothing while it idles.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/security/named_aes_key.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

// From so many octets on it is the faster one.
inline constexpr std::size_t long_text = 512;

// Makes for this thread what its first long text would have to wait for (a millisecond).
void prepare_for_long_texts();

// This thread keeps nothing of that key, if it was the last one.
void forget_long_texts_key(std::uint64_t name);

// `ciphertext`, of the same length, is where `plaintext` lies or apart from it.
void encrypt_long_text(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                       wire::BytesView associated, wire::BytesView plaintext,
                       std::span<std::uint8_t> ciphertext, std::span<std::uint8_t, 16> tag);
// In place; false if the tag is wrong, and then `text` is zero.
[[nodiscard]] bool decrypt_long_text(const NamedAesKey& key,
                                     std::span<const std::uint8_t, 12> nonce,
                                     wire::BytesView associated, std::span<std::uint8_t> text,
                                     std::span<const std::uint8_t, 16> tag);

}  // namespace godwit::security
