#include "shared/security/keys.hpp"

#include <sodium.h>

#include <cstddef>
#include <utility>

namespace godwit::security {
namespace {

constexpr std::size_t text_length =
    sodium_base64_ENCODED_LEN(sizeof(KeyOctets), sodium_base64_VARIANT_ORIGINAL);

Secret<KeyOctets> random_key() {
    auto key = make_secret<KeyOctets>();
    randombytes_buf(key->data(), key->size());
    return key;
}

}  // namespace

std::optional<PublicKey> PublicKey::parse(std::string_view text) {
    PublicKey key;
    std::size_t length = 0;
    const int outcome =
        sodium_base642bin(key.octets.data(), key.octets.size(), text.data(), text.size(), nullptr,
                          &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (outcome != 0 || length != key.octets.size()) {
        return std::nullopt;
    }
    return key;
}

std::string PublicKey::text() const {
    std::array<char, text_length> text{};
    return sodium_bin2base64(text.data(), text.size(), octets.data(), octets.size(),
                             sodium_base64_VARIANT_ORIGINAL);
}

KeyPair KeyPair::generate() {
    return KeyPair(random_key());
}

KeyPair::KeyPair(Secret<KeyOctets> private_key) : private_key_(std::move(private_key)) {
    crypto_scalarmult_curve25519_base(public_key_.octets.data(), private_key_->data());
}

Secret<KeyOctets> KeyPair::shared_secret(const PublicKey& other) const {
    auto shared = make_secret<KeyOctets>();
    if (crypto_scalarmult_curve25519(shared->data(), private_key_->data(), other.octets.data()) !=
        0) {
        shared.reset();
    }
    return shared;
}

PresharedKey PresharedKey::generate() {
    return PresharedKey(random_key());
}

const KeyOctets& PresharedKey::octets() const {
    static constexpr KeyOctets none{};
    return octets_ ? *octets_ : none;
}

}  // namespace godwit::security
