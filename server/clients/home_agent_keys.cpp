#include "server/clients/home_agent_keys.hpp"

#include <utility>

namespace godwit::server {

security::KeyPair copy_of(const security::KeyPair& keys) {
    return security::KeyPair(security::make_secret(keys.private_key()));
}

security::PresharedKey copy_of(const security::PresharedKey& key) {
    return security::PresharedKey(security::make_secret(key.octets()));
}

StoredClient copy_of(const StoredClient& client) {
    StoredClient copy{.home = client.home,
                      .name = client.name,
                      .ipv4 = client.ipv4,
                      .state = client.state,
                      .key = client.key,
                      .preshared_key = copy_of(client.preshared_key),
                      .policy = client.policy,
                      .created = client.created,
                      .joined = client.joined};
    if (client.invite) {
        copy.invite = {.id = client.invite->id,
                       .secret = copy_of(client.invite->secret),
                       .expires = client.invite->expires,
                       .spent_by = client.invite->spent_by};
    }
    return copy;
}

HomeAgentKeys::HomeAgentKeys(security::KeyPair file, std::optional<StoredKeys> stored,
                             std::chrono::sys_seconds now)
    : keys_{.key_file = file.public_key(), .current = std::move(file)} {
    if (!stored) {
        return;
    }
    if (stored->key_file != keys_.key_file) {
        has_passed_over_stored_ = true;
        return;
    }
    keys_ = *std::move(stored);
    if (keys_.previous && keys_.previous_until <= now) {
        keys_.previous.reset();
        has_dropped_previous_ = true;
    }
}

StoredKeys HomeAgentKeys::followed_by(security::KeyPair next,
                                      std::chrono::sys_seconds until) const {
    return {.key_file = keys_.key_file,
            .current = std::move(next),
            .previous = copy_of(keys_.current),
            .previous_until = until};
}

StoredKeys HomeAgentKeys::without_previous() const {
    return {.key_file = keys_.key_file, .current = copy_of(keys_.current)};
}

}  // namespace godwit::server
