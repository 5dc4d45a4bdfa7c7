#pragma once
// Where a daemon has its configuration from: one file that it was told, or the active profile.

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/configuration.hpp"
#include "client/profiles.hpp"
#include "shared/runtime/http_message.hpp"

namespace godwit::client {

// As it is to be taken up.
struct WantedConfiguration {
    Configuration configuration;
    std::string profile;  // empty: the file is none
};

class ConfigurationSource {
  public:
    explicit ConfigurationSource(std::filesystem::path file) : file_(std::move(file)) {}
    explicit ConfigurationSource(Profiles profiles) : profiles_(std::move(profiles)) {}

    // Throws runtime::InvalidConfiguration, also where no profile is active.
    [[nodiscard]] WantedConfiguration read() const;
    // What read() reads. Throws the same.
    [[nodiscard]] std::filesystem::path file() const;
    // With keys that are there too; else what is answered to whoever wants it taken up.
    using Wanted = std::expected<WantedConfiguration, runtime::HttpAnswer>;
    [[nodiscard]] Wanted wanted() const;
    [[nodiscard]] Wanted wanted(const std::string& profile) const;

    // The profile that is at this home agent and can be taken up by a daemon of this configuration
    // though the user has not asked for it: none without his lockdown.
    [[nodiscard]] std::optional<std::string> profile_at(const wire::HomeAgentAddress& address,
                                                        const Configuration& present) const;

    // Of a daemon that has profiles. Throws std::system_error.
    [[nodiscard]] std::shared_ptr<ProfileChoice> choose(const std::string& name) const;
    // The name that the profile has by now: it may have been renamed.
    [[nodiscard]] std::string name_now(const std::string& profile) const;
    // GET /v1/profiles
    [[nodiscard]] runtime::Json list() const;

  private:
    std::optional<Profiles> profiles_;
    std::filesystem::path file_;  // without profiles
};

// What is to be taken up; where that is nothing, it has been answered why.
std::optional<WantedConfiguration> found(ConfigurationSource::Wanted wanted,
                                         const std::function<void(runtime::HttpAnswer)>& answer);

// The file of the active profile; first_profile's where there is none yet. Throws
// runtime::InvalidConfiguration where it takes a choice.
std::filesystem::path active_file(const Profiles& profiles);

}  // namespace godwit::client
