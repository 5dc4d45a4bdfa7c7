#pragma once
// The secrets in the files that a home agent's configuration names.

#include <optional>
#include <vector>

#include "server/configuration.hpp"
#include "shared/security/api_token.hpp"
#include "shared/security/keys.hpp"

namespace godwit::server {

struct Keys {
    std::optional<security::KeyPair> own;           // there unless all protection is none
    std::vector<security::PresharedKey> preshared;  // in the order of the mobile nodes
    std::optional<security::ApiToken> api_token;
};

// Throws runtime::InvalidConfiguration.
Keys load_keys(const Configuration& configuration);

}  // namespace godwit::server
