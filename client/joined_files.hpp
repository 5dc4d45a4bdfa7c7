#pragma once
// What joining leaves on the disk: a configuration, the private key and the pre-shared key. All of
// it is written beside its place before the home agent is asked, and put there afterwards: a full
// disk or a lack of rights costs no invite, and nothing is half done.

#include <filesystem>
#include <string>
#include <vector>

#include "shared/security/invite.hpp"
#include "shared/security/keys.hpp"

namespace godwit::client {

// mn.toml for who joins by this invite; the key files are named without a directory.
std::string configuration_text(const security::Invite& invite, const std::string& private_key_file,
                               const std::string& preshared_key_file);

class JoinedFiles {
  public:
    // "mn.toml" goes with "mn.key" and "mn.psk" in the same directory.
    explicit JoinedFiles(std::filesystem::path configuration);
    JoinedFiles(const JoinedFiles&) = delete;
    JoinedFiles& operator=(const JoinedFiles&) = delete;
    // What has not been put in its place is gone.
    ~JoinedFiles();

    // Those that are there already.
    [[nodiscard]] std::vector<std::filesystem::path> existing() const;
    // Throws std::system_error; runtime::InvalidConfiguration for an invite that makes no sense.
    void stage(const security::Invite& invite, const security::KeyPair& own);
    // Replaces what is there, the configuration last. Throws std::system_error.
    void commit();

    [[nodiscard]] const std::filesystem::path& configuration() const { return configuration_; }

  private:
    [[nodiscard]] std::vector<std::filesystem::path> places() const;
    [[nodiscard]] std::filesystem::path staged(const std::filesystem::path& place) const {
        return staging_ / place.filename();
    }

    std::filesystem::path configuration_;
    std::filesystem::path private_key_;
    std::filesystem::path preshared_key_;
    std::filesystem::path staging_;  // a directory of its own beside them
};

}  // namespace godwit::client
