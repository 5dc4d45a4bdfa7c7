#include "shared/security/noise.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

namespace godwit::security {
namespace {

constexpr std::size_t key_length = sizeof(KeyOctets);
constexpr std::size_t sealed_key_length = key_length + noise_tag;

void begin(NoiseSymmetricState& state, NoisePattern pattern, wire::BytesView prologue,
           const PublicKey& responder) {
    state.initialize(pattern == NoisePattern::ik ? "Noise_IK_25519_ChaChaPoly_BLAKE2b"
                                                 : "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b");
    state.mix_hash(prologue);
    state.mix_hash(responder.octets);
}

// The token "e". §9.2: with a pre-shared key the ephemeral goes into the chaining key as well.
void mix_ephemeral(NoiseSymmetricState& state, NoisePattern pattern, const PublicKey& ephemeral) {
    state.mix_hash(ephemeral.octets);
    if (pattern == NoisePattern::ik_psk2) {
        state.mix_key(ephemeral.octets);
    }
}

// The tokens "es", "ss", "ee", "se".
bool mix_shared_secret(NoiseSymmetricState& state, const KeyPair& own, const PublicKey& other) {
    const Secret<KeyOctets> shared = own.shared_secret(other);
    if (!shared) {
        return false;
    }
    state.mix_key(*shared);
    return true;
}

bool mix_static_static(NoiseSymmetricState& state, const KeyPair& own, const PublicKey& other,
                       const KeyOctets* known) {
    if (known == nullptr) {
        return mix_shared_secret(state, own, other);
    }
    state.mix_key(*known);
    return true;
}

void mix_preshared_key(NoiseSymmetricState& state, NoisePattern pattern, const PresharedKey& key) {
    if (pattern == NoisePattern::ik_psk2) {
        state.mix_key_and_hash(key.octets());
    }
}

NoiseSession session_of(const NoiseSymmetricState& state) {
    NoiseSession session{.keys = make_secret<TransportKeys>(), .handshake_hash = state.hash()};
    state.split(*session.keys);
    return session;
}

PublicKey key_at(wire::BytesView message) {
    PublicKey key;
    std::ranges::copy(message.first(key_length), key.octets.begin());
    return key;
}

}  // namespace

NoiseInitiator::NoiseInitiator(NoisePattern pattern, KeyPair ephemeral)
    : pattern_(pattern),
      ephemeral_(std::move(ephemeral)),
      state_(make_secret<NoiseSymmetricState>()) {}

std::expected<NoiseInitiator, NoiseError> NoiseInitiator::write(
    NoisePattern pattern, wire::BytesView prologue, const KeyPair& own, KeyPair ephemeral,
    const PublicKey& responder, const KeyOctets* static_static, wire::BytesView payload,
    std::span<std::uint8_t> message) {
    assert(message.size() == payload.size() + noise_message_1_overhead);
    NoiseInitiator handshake(pattern, std::move(ephemeral));
    NoiseSymmetricState& state = *handshake.state_;
    begin(state, pattern, prologue, responder);

    const PublicKey& ephemeral_key = handshake.ephemeral_.public_key();
    std::ranges::copy(ephemeral_key.octets, message.begin());
    mix_ephemeral(state, pattern, ephemeral_key);
    if (!mix_shared_secret(state, handshake.ephemeral_, responder)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    state.encrypt_and_hash(own.public_key().octets, message.subspan(key_length, sealed_key_length));
    if (!mix_static_static(state, own, responder, static_static)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    state.encrypt_and_hash(payload, message.subspan(key_length + sealed_key_length));
    return handshake;
}

std::expected<NoiseInitiator::Finished, NoiseError> NoiseInitiator::read(
    const KeyPair& own, const PresharedKey& preshared_key, wire::BytesView message) const {
    if (message.size() < noise_message_2_overhead) {
        return std::unexpected(NoiseError::truncated);
    }
    const auto state = make_secret(*state_);
    const PublicKey ephemeral = key_at(message);
    mix_ephemeral(*state, pattern_, ephemeral);
    if (!mix_shared_secret(*state, ephemeral_, ephemeral) ||
        !mix_shared_secret(*state, own, ephemeral)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    mix_preshared_key(*state, pattern_, preshared_key);
    wire::Bytes payload(message.size() - noise_message_2_overhead);
    if (!state->decrypt_and_hash(message.subspan(key_length), payload)) {
        return std::unexpected(NoiseError::bad_tag);
    }
    return Finished{.session = session_of(*state), .payload = std::move(payload)};
}

NoiseResponder::NoiseResponder(NoisePattern pattern)
    : pattern_(pattern), state_(make_secret<NoiseSymmetricState>()) {}

std::expected<NoiseResponder, NoiseError> NoiseResponder::read_initiator(NoisePattern pattern,
                                                                         wire::BytesView prologue,
                                                                         const KeyPair& own,
                                                                         wire::BytesView message) {
    if (message.size() < noise_message_1_overhead) {
        return std::unexpected(NoiseError::truncated);
    }
    NoiseResponder handshake(pattern);
    NoiseSymmetricState& state = *handshake.state_;
    begin(state, pattern, prologue, own.public_key());

    handshake.initiator_ephemeral_ = key_at(message);
    mix_ephemeral(state, pattern, handshake.initiator_ephemeral_);
    if (!mix_shared_secret(state, own, handshake.initiator_ephemeral_)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    if (!state.decrypt_and_hash(message.subspan(key_length, sealed_key_length),
                                handshake.initiator_.octets)) {
        return std::unexpected(NoiseError::bad_tag);
    }
    return handshake;
}

std::expected<wire::Bytes, NoiseError> NoiseResponder::read_payload(const KeyPair& own,
                                                                    const KeyOctets* static_static,
                                                                    wire::BytesView message) {
    if (!mix_static_static(*state_, own, initiator_, static_static)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    wire::Bytes payload(message.size() - noise_message_1_overhead);
    if (!state_->decrypt_and_hash(message.subspan(key_length + sealed_key_length), payload)) {
        return std::unexpected(NoiseError::bad_tag);
    }
    return payload;
}

std::expected<NoiseSession, NoiseError> NoiseResponder::write(const PresharedKey& preshared_key,
                                                              const KeyPair& ephemeral,
                                                              wire::BytesView payload,
                                                              std::span<std::uint8_t> message) {
    assert(message.size() == payload.size() + noise_message_2_overhead);
    std::ranges::copy(ephemeral.public_key().octets, message.begin());
    mix_ephemeral(*state_, pattern_, ephemeral.public_key());
    if (!mix_shared_secret(*state_, ephemeral, initiator_ephemeral_) ||
        !mix_shared_secret(*state_, ephemeral, initiator_)) {
        return std::unexpected(NoiseError::low_order_key);
    }
    mix_preshared_key(*state_, pattern_, preshared_key);
    state_->encrypt_and_hash(payload, message.subspan(key_length));
    return session_of(*state_);
}

}  // namespace godwit::security
