#include "client/commands/profile_options.hpp"

#include <CLI/CLI.hpp>
#include <utility>

#include "client/configuration_source.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

namespace fs = std::filesystem;
using runtime::InvalidConfiguration;

CLI::Option* add_profile_options(CLI::App& command, ProfileOptions& options) {
    CLI::Option* file = command.add_option("--config", options.configuration,
                                           "This configuration file, of no profile");
    return command.add_option("--profile", options.profile, "This profile, not the active one")
        ->excludes(file);
}

std::optional<std::string> active_profile(const Profiles& profiles, const fs::path& socket) {
    if (!profiles.is_choice_hidden()) {
        return profiles.active();
    }
    if (const auto status = runtime::read_status(socket)) {
        const auto profile = status->find("profile");
        if (profile != status->end() && profile->is_string()) {
            auto name = profile->get<std::string>();  // it may have been left
            return profiles.has(name) ? std::optional(std::move(name)) : std::nullopt;
        }
    }
    const std::vector<std::string> all = profiles.names();
    return all.size() == 1 ? std::optional(all.front()) : std::nullopt;
}

void require_profile(const Profiles& profiles, const std::string& name) {
    if (!profiles.has(name)) {
        throw InvalidConfiguration({{profile_directory, 0, 0, "there is no profile " + name,
                                     "godwit profile lists those that there are"}});
    }
}

fs::path configuration_of(const ProfileOptions& options, const fs::path& socket) {
    if (!options.configuration.empty()) {
        return options.configuration;
    }
    const Profiles profiles;
    if (!options.profile.empty()) {
        require_profile(profiles, options.profile);
        return profiles.file(options.profile);
    }
    const auto active = active_profile(profiles, socket);
    if (!active && profiles.is_choice_hidden()) {
        throw InvalidConfiguration(
            {{profile_directory, 0, 0, "which profile is active only root can see without a daemon",
              "name one with --profile"}});
    }
    return active ? profiles.file(*active) : active_file(profiles);
}

std::optional<std::string> other_than_active(const ProfileOptions& options,
                                             const fs::path& socket) {
    const Profiles profiles;
    const auto meant = options.configuration.empty() ? std::optional(options.profile)
                                                     : profiles.name_of(options.configuration);
    return meant && !meant->empty() && meant != active_profile(profiles, socket) ? meant
                                                                                 : std::nullopt;
}

}  // namespace godwit::client
