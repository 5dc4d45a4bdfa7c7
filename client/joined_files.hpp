#pragma once
// What joining, or taking up an export, leaves on the disk: a configuration and its keys. All of it
// is written beside its place first, and put there afterwards, the configuration last: a full disk
// or a lack of rights costs no invite, and whoever is interrupted has the old or the new. Keys get
// names that are free, so that no key is written over.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/configuration.hpp"
#include "client/profile_document.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/keys.hpp"

namespace godwit::client {

// mn.toml for who joins by this invite; the key files are named without a directory.
std::string configuration_text(const security::Invite& invite, const std::string& private_key_file,
                               const std::string& preshared_key_file);

// What is done with a configuration that is there.
enum class Existing : bool { kept, replaced };

class JoinedFiles {
  public:
    // "mn.toml" goes with "mn.key" and "mn.psk" in the same directory, or with "mn-2.key" and
    // "mn-2.psk" where there is one of those already. What root makes, and all that becomes a
    // profile, is given to whoever owns the daemon's state directory, where that is there. In there
    // are the times in handshakes, which go with a key that is forgotten.
    explicit JoinedFiles(std::filesystem::path configuration,
                         std::filesystem::path state_directory = Configuration().state_directory);
    JoinedFiles(const JoinedFiles&) = delete;
    JoinedFiles& operator=(const JoinedFiles&) = delete;
    // What was staged for an invite and is not in its place waits for another try; all else is
    // gone.
    ~JoinedFiles();

    [[nodiscard]] bool exists() const { return std::filesystem::exists(configuration_); }
    // The key pair of somebody who has asked by this invite here, and was killed before all was in
    // its place, or has heard nothing. The home agent may know it already, and take no other; so it
    // is asked with that one again.
    std::optional<security::KeyPair> key_left_behind(const security::Invite& invite);
    // The home agent takes neither this key nor another one by this invite.
    void give_up() { is_left_behind_ = false; }
    // Both throw std::system_error; runtime::InvalidConfiguration for what makes no sense.
    void stage(const security::Invite& invite, const security::KeyPair& own);
    // The public key of the private key in the export, or of a new one where it has none; nothing
    // where nothing is protected. Throws std::runtime_error for keys that do not fit.
    std::optional<security::PublicKey> stage(const ProfileDocument& profile);
    // Puts it all in its place. The keys of a configuration that is replaced are removed, unless
    // another one beside it names them. False: somebody else has put his there in the meantime, and
    // they stay; what was staged for an invite waits for another try. Throws std::system_error.
    [[nodiscard]] bool commit(Existing existing);

    [[nodiscard]] const std::filesystem::path& configuration() const { return configuration_; }

  private:
    void open();
    security::PublicKey stage_key_pair(const ProfileDocument& profile) const;
    void close() const;
    void forget_others() const;
    [[nodiscard]] bool place_all(Existing existing) const;
    [[nodiscard]] std::filesystem::path staged(const std::filesystem::path& place) const {
        return staging_ / place.filename();
    }
    [[nodiscard]] std::vector<std::filesystem::path> keys() const;  // that are staged

    std::filesystem::path configuration_;
    std::filesystem::path state_directory_;
    std::filesystem::path private_key_;
    std::filesystem::path preshared_key_;
    std::filesystem::path staging_;  // a directory of its own beside them
    platform::FileDescriptor held_;  // it, so that nobody takes it for one left behind
    std::vector<std::filesystem::path> left_behind_;  // in the places of others; gone at the end
    bool is_left_behind_ = false;
};

// The files of the keys that a configuration names, where it can be read.
std::vector<std::filesystem::path> key_files_of(const std::filesystem::path& configuration);

}  // namespace godwit::client
