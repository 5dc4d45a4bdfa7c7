#pragma once
// AES-256-GCM by Intel's ipsec-mb on processors with VAES and AVX-512, where it takes a quarter of
// the time of what others do (docs/decisions/0039). What it prepares for a key is kept once in each
// thread, for the key that was used last: a session costs nothing while it idles.

#include <cstdint>
#include <span>

#include "shared/security/named_aes_key.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

// Whether this processor has the instructions, and this program the library.
bool has_vaes();

// This thread keeps nothing of that key, if it was the last one.
void forget_vaes_key(std::uint64_t name);

// Only where has_vaes(). `ciphertext`, of the same length, is where `plaintext` lies or apart from
// it; the tag goes to `tag`.
void encrypt_by_vaes(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                     wire::BytesView associated, wire::BytesView plaintext,
                     std::span<std::uint8_t> ciphertext, std::span<std::uint8_t, 16> tag);
// Only where has_vaes(). In place; false if the tag is wrong, and then `text` is zero.
[[nodiscard]] bool decrypt_by_vaes(const NamedAesKey& key, std::span<const std::uint8_t, 12> nonce,
                                   wire::BytesView associated, std::span<std::uint8_t> text,
                                   std::span<const std::uint8_t, 16> tag);

}  // namespace godwit::security
