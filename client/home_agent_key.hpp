#pragma once
// The home agent's public key as it is now: that of the configuration, or one that has followed it
// and that the home agent has announced, authentically, since (docs/protocol.md, "Another key").
// The state directory has this of all home agents that the profiles name.

#include <filesystem>

#include "shared/security/keys.hpp"

namespace godwit::client {

class HomeAgentKey {
  public:
    // What the state directory has for another configured key does not count. Throws
    // std::runtime_error for a file that is none.
    HomeAgentKey(std::filesystem::path state_directory, const security::PublicKey& configured);

    [[nodiscard]] const security::PublicKey& current() const { return current_; }
    // On disk before it counts; throws std::system_error, and then all is as before.
    void replace(const security::PublicKey& next);
    // What has followed this configured key is not of interest any more. Throws std::system_error.
    void forget();

  private:
    void write(const security::PublicKey* next) const;

    std::filesystem::path file_;
    security::PublicKey configured_;
    security::PublicKey current_;
};

}  // namespace godwit::client
