#pragma once
// X25519 key pairs (RFC 7748) and pre-shared keys. Their text form is base64, 44 characters.

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/security/secret.hpp"

namespace godwit::security {

using KeyOctets = SecretOctets<32>;

struct PublicKey {
    std::array<std::uint8_t, 32> octets{};

    auto operator<=>(const PublicKey&) const = default;
    // Nothing if the text is not base64 of 32 octets.
    static std::optional<PublicKey> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
};

class KeyPair {
  public:
    static KeyPair generate();
    explicit KeyPair(Secret<KeyOctets> private_key);

    [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
    [[nodiscard]] const KeyOctets& private_key() const { return *private_key_; }
    // X25519; empty if the other key is of low order, which makes the result known to everybody.
    [[nodiscard]] Secret<KeyOctets> shared_secret(const PublicKey& other) const;

  private:
    Secret<KeyOctets> private_key_;
    PublicKey public_key_;
};

// 32 octets that two nodes share beforehand; all zero if they do not.
class PresharedKey {
  public:
    static PresharedKey generate();
    PresharedKey() = default;
    explicit PresharedKey(Secret<KeyOctets> octets) : octets_(std::move(octets)) {}

    [[nodiscard]] const KeyOctets& octets() const;

  private:
    Secret<KeyOctets> octets_;
};

}  // namespace godwit::security

template <>
struct std::hash<godwit::security::PublicKey> {
    // The octets of a public key are as good as random.
    std::size_t operator()(const godwit::security::PublicKey& key) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, key.octets.data(), sizeof value);
        return value;
    }
};
