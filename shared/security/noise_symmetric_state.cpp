#include "shared/security/noise_symmetric_state.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <initializer_list>

namespace godwit::security {
namespace {

constexpr std::size_t block_length = 128;  // octets, of BLAKE2b
using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

// §12.3: 32 bits of zeros, then n in little endian.
Nonce nonce_of(std::uint64_t n) {
    Nonce nonce{};
    for (std::size_t octet = 0; octet < 8; ++octet) {
        nonce[4 + octet] = static_cast<std::uint8_t>(n >> (8U * octet));
    }
    return nonce;
}

void hash_of(std::initializer_list<wire::BytesView> parts, NoiseHash& out) {
    Transient<crypto_generichash_blake2b_state> state;
    crypto_generichash_blake2b_init(&state.value, nullptr, 0, out.size());
    for (const wire::BytesView part : parts) {
        crypto_generichash_blake2b_update(&state.value, part.data(), part.size());
    }
    crypto_generichash_blake2b_final(&state.value, out.data(), out.size());
}

// RFC 2104 over BLAKE2b, §4.3.
void hmac(const NoiseHash& key, std::initializer_list<wire::BytesView> parts, NoiseHash& out) {
    Transient<std::array<std::uint8_t, block_length>> pad;
    Transient<crypto_generichash_blake2b_state> state;
    const auto begin = [&](std::uint8_t fill) {
        pad.value.fill(fill);
        for (std::size_t octet = 0; octet < key.size(); ++octet) {
            pad.value[octet] = static_cast<std::uint8_t>(key[octet] ^ fill);
        }
        crypto_generichash_blake2b_init(&state.value, nullptr, 0, out.size());
        crypto_generichash_blake2b_update(&state.value, pad.value.data(), pad.value.size());
    };
    begin(0x36);
    for (const wire::BytesView part : parts) {
        crypto_generichash_blake2b_update(&state.value, part.data(), part.size());
    }
    Transient<NoiseHash> inner;
    crypto_generichash_blake2b_final(&state.value, inner.value.data(), inner.value.size());
    begin(0x5c);
    crypto_generichash_blake2b_update(&state.value, inner.value.data(), inner.value.size());
    crypto_generichash_blake2b_final(&state.value, out.data(), out.size());
}

// §4.3 HKDF with one to three outputs, each a whole hash.
void hkdf(const NoiseHash& chaining_key, wire::BytesView input, std::span<NoiseHash> outputs) {
    Transient<NoiseHash> temporary;
    hmac(chaining_key, {input}, temporary.value);
    wire::BytesView previous;
    std::uint8_t counter = 0;
    for (NoiseHash& output : outputs) {
        ++counter;
        hmac(temporary.value, {previous, wire::BytesView(&counter, 1)}, output);
        previous = output;
    }
}

void take_key(const NoiseHash& from, KeyOctets& key) {
    std::copy_n(from.begin(), key.size(), key.begin());
}

}  // namespace

void noise_encrypt(const KeyOctets& key, std::uint64_t nonce, wire::BytesView associated,
                   wire::BytesView plaintext, std::span<std::uint8_t> out) {
    assert(out.size() == plaintext.size() + noise_tag);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data(), nullptr, plaintext.data(), plaintext.size(), associated.data(),
        associated.size(), nullptr, nonce_of(nonce).data(), key.data());
}

bool noise_decrypt(const KeyOctets& key, std::uint64_t nonce, wire::BytesView associated,
                   wire::BytesView ciphertext, std::span<std::uint8_t> out) {
    assert(out.size() + noise_tag == ciphertext.size());
    return crypto_aead_chacha20poly1305_ietf_decrypt(
               out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(),
               associated.data(), associated.size(), nonce_of(nonce).data(), key.data()) == 0;
}

void NoiseSymmetricState::initialize(std::string_view protocol_name) {
    assert(protocol_name.size() <= hash_.size());
    hash_.fill(0);
    std::ranges::copy(protocol_name, hash_.begin());
    chaining_key_ = hash_;
}

void NoiseSymmetricState::mix_hash(wire::BytesView octets) {
    hash_of({hash_, octets}, hash_);
}

void NoiseSymmetricState::mix_key(wire::BytesView input) {
    Transient<std::array<NoiseHash, 2>> outputs;
    hkdf(chaining_key_, input, outputs.value);
    chaining_key_ = outputs.value[0];
    take_key(outputs.value[1], key_);
    nonce_ = 0;
}

void NoiseSymmetricState::mix_key_and_hash(wire::BytesView input) {
    Transient<std::array<NoiseHash, 3>> outputs;
    hkdf(chaining_key_, input, outputs.value);
    chaining_key_ = outputs.value[0];
    mix_hash(outputs.value[1]);
    take_key(outputs.value[2], key_);
    nonce_ = 0;
}

void NoiseSymmetricState::encrypt_and_hash(wire::BytesView plaintext, std::span<std::uint8_t> out) {
    noise_encrypt(key_, nonce_++, hash_, plaintext, out);
    mix_hash(out);
}

bool NoiseSymmetricState::decrypt_and_hash(wire::BytesView ciphertext,
                                           std::span<std::uint8_t> out) {
    if (!noise_decrypt(key_, nonce_++, hash_, ciphertext, out)) {
        return false;
    }
    mix_hash(ciphertext);
    return true;
}

void NoiseSymmetricState::split(TransportKeys& keys) const {
    Transient<std::array<NoiseHash, 2>> outputs;
    hkdf(chaining_key_, {}, outputs.value);
    take_key(outputs.value[0], keys.to_responder);
    take_key(outputs.value[1], keys.to_initiator);
}

}  // namespace godwit::security
