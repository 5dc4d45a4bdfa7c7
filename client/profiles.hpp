#pragma once
// The profiles of this machine: a home agent each, of which one is active. A profile is a
// configuration, NAME.toml, in one directory with the others, and the keys that it names; which one
// is active is a line in the state directory, where the daemon may write it.

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/configuration.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

// Where the service finds its profiles.
inline constexpr auto profile_directory = "/etc/godwit";
// Of a machine's first home agent, as long as nobody names it otherwise.
inline constexpr auto first_profile = "mn";

// 1 to 63 letters, digits, '-', '_' and '.', the first a letter or a digit; not "ha", whose file is
// the home agent's.
bool is_profile_name(std::string_view name);
// What is_profile_name() wants, as a sentence for whoever has written another name.
std::string wrong_profile_name(const std::string& name);

// Another active profile, on the disk but not yet in its place; gone without commit().
class ProfileChoice {
  public:
    // Throws std::system_error, as on a full disk.
    ProfileChoice(std::filesystem::path place, const std::string& text);
    ProfileChoice(const ProfileChoice&) = delete;
    ProfileChoice& operator=(const ProfileChoice&) = delete;
    ~ProfileChoice();

    void commit() const;  // throws std::system_error

  private:
    std::filesystem::path place_;
    std::filesystem::path draft_;
};

class Profiles {
  public:
    explicit Profiles(std::filesystem::path directory = profile_directory,
                      std::filesystem::path state_directory = Configuration().state_directory);

    [[nodiscard]] std::vector<std::string> names() const;  // in their order
    [[nodiscard]] bool has(const std::string& name) const;
    [[nodiscard]] std::filesystem::path file(const std::string& name) const;
    // The profile whose file this is.
    [[nodiscard]] std::optional<std::string> name_of(const std::filesystem::path& file) const;
    // Those that can be read and are at this home agent.
    [[nodiscard]] std::vector<std::string> at(const security::PublicKey& key,
                                              const wire::HomeAgentAddress& address) const;
    // Free, and made of where the home agent is: its host's name, or the client's where it has
    // none.
    [[nodiscard]] std::string free_name(const std::string& endpoint,
                                        const std::string& client) const;

    // The one that was chosen; where none was, first_profile or the only one. Nothing: it takes a
    // choice, the active one having been left, say.
    [[nodiscard]] std::optional<std::string> active() const;
    // This process may not see which one that is.
    [[nodiscard]] bool is_choice_hidden() const;
    [[nodiscard]] std::shared_ptr<ProfileChoice> choose(const std::string& name) const;
    // None is active any more once this one is gone; and none at all, not even a later one of its
    // name, until another choice. Both throw std::system_error.
    [[nodiscard]] std::shared_ptr<ProfileChoice> choose_none_after(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<ProfileChoice> choose_none() const;
    // Throws std::system_error.
    void forget_choice() const;
    // Before a profile comes under a new name: of a choice of several names, which somebody who was
    // interrupted has left, nothing stays but the one that counts, so that the new profile is not
    // active unasked. Throws std::system_error.
    void settle_choice() const;
    // The name is free. An active profile is active under the one name or the other at every
    // moment. Throws std::system_error; a file that keeps its name keeps all as it was.
    void rename(const std::string& name, const std::string& next) const;

  private:
    [[nodiscard]] std::vector<std::string> chosen() const;  // the lines of the choice
    void take_back(const std::string& name) const;

    std::filesystem::path directory_;
    std::filesystem::path choice_;
};

// {"schema", "active", "profiles": [{"name", "home_address", "home_agent", "endpoints",
// "trouble"}]}: GET /v1/profiles.
runtime::Json to_json(const Profiles& profiles, const std::optional<std::string>& active);

}  // namespace godwit::client
