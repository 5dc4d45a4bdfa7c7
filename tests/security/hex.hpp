#pragma once
// Octets as test vectors write them.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/security/keys.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

inline wire::Bytes from_hex(std::string_view text) {
    wire::Bytes octets;
    for (std::size_t digit = 0; digit + 1 < text.size(); digit += 2) {
        octets.push_back(
            static_cast<std::uint8_t>(std::stoul(std::string(text.substr(digit, 2)), nullptr, 16)));
    }
    return octets;
}

inline Secret<KeyOctets> secret_of(wire::BytesView octets) {
    auto secret = make_secret<KeyOctets>();
    std::ranges::copy(octets.first(secret->size()), secret->begin());
    return secret;
}

// A key pair that is the same in every run.
inline KeyPair key_pair(std::uint8_t number) {
    return KeyPair(secret_of(wire::Bytes(sizeof(KeyOctets), number)));
}

inline PresharedKey preshared_key(std::uint8_t number) {
    return PresharedKey(secret_of(wire::Bytes(sizeof(KeyOctets), number)));
}

}  // namespace godwit::security
