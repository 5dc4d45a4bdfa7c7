#pragma once
// Which configuration a subcommand is about: --config FILE, --profile NAME, or the active profile.

#include <filesystem>
#include <optional>
#include <string>

#include "client/configuration.hpp"
#include "client/profiles.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace godwit::client {

struct ProfileOptions {
    std::filesystem::path configuration;  // empty: that of a profile
    std::string profile;                  // empty: the active one
};

// --config and --profile, of which only one; gives --profile.
CLI::Option* add_profile_options(CLI::App& command, ProfileOptions& options);

// The active profile as far as this user may know it: from the disk, or from the daemon.
std::optional<std::string> active_profile(const Profiles& profiles,
                                          const std::filesystem::path& socket);

// The file that is meant. Throws runtime::InvalidConfiguration where there is no such profile, or
// none is active; where there is none at all, it is first_profile's.
std::filesystem::path configuration_of(
    const ProfileOptions& options,
    const std::filesystem::path& socket = Configuration().status_socket);

// The profile that is meant, if it is one that is not active.
std::optional<std::string> other_than_active(const ProfileOptions& options,
                                             const std::filesystem::path& socket);

// Throws runtime::InvalidConfiguration where there is no such profile.
void require_profile(const Profiles& profiles, const std::string& name);

}  // namespace godwit::client
