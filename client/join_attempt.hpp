#pragma once
// The conversation of joining, over ordinary UDP sockets: it needs no rights and no tunnel.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "client/configuration.hpp"
#include "shared/mobility/join_refusal.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/binding_status.hpp"

namespace godwit::client {

// After so long without an answer there is none: four tries.
inline constexpr std::chrono::seconds join_patience{6};
// Ways to the home agent that are tried. Each takes its turn within the rate of RFC 6275 §11.8.
inline constexpr std::size_t max_join_paths = 6;

struct JoinOutcome {
    bool has_joined = false;                             // the home agent has said so
    std::optional<wire::BindingStatus> refused;          // the home agent has said so
    std::optional<mobility::JoinRefusal> refusal;        // who seems to be it has said so
    std::vector<platform::UnresolvedName> unresolved{};  // endpoints without an address
    std::size_t paths = 0;                               // how many ways there were to ask
};

// Takes two seconds at most to look names up, then `patience`, and where the home agent has agreed
// a second more to deregister. The times of this key's handshakes are kept in the state directory,
// the daemon's, unless the home agent refuses the key. Throws std::system_error if this machine has
// no UDP.
JoinOutcome attempt_to_join(
    const security::Invite& invite, security::KeyPair own,
    std::chrono::nanoseconds patience = join_patience,
    const std::filesystem::path& state_directory = Configuration().state_directory);

}  // namespace godwit::client
