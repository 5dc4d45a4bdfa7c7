#pragma once
// Keys that are the same in every run.

#include <algorithm>
#include <cstdint>

#include "shared/security/keys.hpp"
#include "shared/security/own_keys.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

inline Secret<KeyOctets> secret_of(wire::BytesView octets) {
    auto secret = make_secret<KeyOctets>();
    std::ranges::copy(octets.first(secret->size()), secret->begin());
    return secret;
}

inline KeyPair key_pair(std::uint8_t number) {
    return KeyPair(secret_of(wire::Bytes(sizeof(KeyOctets), number)));
}

inline PresharedKey preshared_key(std::uint8_t number) {
    return PresharedKey(secret_of(wire::Bytes(sizeof(KeyOctets), number)));
}

// Of a home agent that has one.
inline ServingKeys only_key(std::uint8_t number = 2) {
    return {.used = key_pair(number).public_key()};
}

}  // namespace godwit::security
