#pragma once
// The keys that a mobile node's configuration names.

#include <optional>

#include "client/configuration.hpp"
#include "shared/security/keys.hpp"

namespace godwit::client {

struct Keys {
    std::optional<security::KeyPair> own;  // there unless the protection is none
    security::PresharedKey preshared;
};

// Throws runtime::InvalidConfiguration.
Keys load_keys(const Configuration& configuration);

}  // namespace godwit::client
