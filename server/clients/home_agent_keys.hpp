#pragma once
// The home agent's key pairs over time. The first is that of the key file; those that follow it are
// in the store. While one follows another, both serve.

#include <chrono>
#include <optional>

#include "server/store/store.hpp"
#include "shared/security/keys.hpp"

namespace godwit::server {

security::KeyPair copy_of(const security::KeyPair& keys);
security::PresharedKey copy_of(const security::PresharedKey& key);
StoredClient copy_of(const StoredClient& client);

class HomeAgentKeys {
  public:
    // `file`: of the key file. A key file that somebody has replaced by hand counts, and what is
    // stored in place of the older one does not. Throws std::system_error.
    HomeAgentKeys(security::KeyPair file, std::optional<StoredKeys> stored,
                  std::chrono::sys_seconds now);

    [[nodiscard]] const StoredKeys& keys() const { return keys_; }
    [[nodiscard]] const security::PublicKey& public_key() const {
        return keys_.current.public_key();
    }
    // Whether what was stored belonged to another key file.
    [[nodiscard]] bool has_passed_over_stored() const { return has_passed_over_stored_; }
    // Whether what was stored has a previous key whose time is over: it is not on record any more
    // once keys() has been written.
    [[nodiscard]] bool has_dropped_previous() const { return has_dropped_previous_; }

    // What there would be with another current key: the present one is the previous one then.
    [[nodiscard]] StoredKeys followed_by(security::KeyPair next,
                                         std::chrono::sys_seconds until) const;
    [[nodiscard]] StoredKeys without_previous() const;
    void put(StoredKeys keys) { keys_ = std::move(keys); }

  private:
    StoredKeys keys_;
    bool has_passed_over_stored_ = false;
    bool has_dropped_previous_ = false;
};

}  // namespace godwit::server
