#include "client/configuration_source.hpp"

#include <exception>

#include "client/keys.hpp"
#include "shared/runtime/configuration_error.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

// What comes of it, or the answer that says why nothing does.
template <class Read>
ConfigurationSource::Wanted answered(Read read) {
    try {
        return read();
    } catch (const runtime::InvalidConfiguration& invalid) {
        return std::unexpected(
            runtime::error_answer(400, runtime::bad_configuration, invalid.what()));
    } catch (const std::exception& failure) {
        return std::unexpected(runtime::error_answer(503, "not-done", failure.what()));
    }
}

}  // namespace

std::filesystem::path active_file(const Profiles& profiles) {
    const auto active = profiles.active();
    if (!active && !profiles.names().empty()) {
        throw runtime::InvalidConfiguration(
            {{profiles.file(first_profile).parent_path().string(), 0, 0,
              "none of the profiles is active", "choose one: godwit profile use NAME"}});
    }
    return profiles.file(active.value_or(first_profile));
}

std::optional<WantedConfiguration> found(ConfigurationSource::Wanted wanted,
                                         const std::function<void(runtime::HttpAnswer)>& answer) {
    if (!wanted) {
        answer(std::move(wanted.error()));
        return std::nullopt;
    }
    return *std::move(wanted);
}

std::filesystem::path ConfigurationSource::file() const {
    return profiles_ ? active_file(*profiles_) : file_;
}

WantedConfiguration ConfigurationSource::read() const {
    const std::filesystem::path read_now = file();
    return {.configuration = read_configuration(read_now),
            .profile = profiles_ ? profiles_->name_of(read_now).value_or("") : ""};
}

ConfigurationSource::Wanted ConfigurationSource::wanted() const {
    return answered([this] {
        WantedConfiguration wanted = read();
        load_keys(wanted.configuration);
        return wanted;
    });
}

ConfigurationSource::Wanted ConfigurationSource::wanted(const std::string& profile) const {
    if (!profiles_) {
        return std::unexpected(runtime::error_answer(
            409, "no-profiles", "this daemon was started with --config, and goes by that file"));
    }
    if (!profiles_->has(profile)) {
        return std::unexpected(runtime::error_answer(
            404, "no-such-profile", "there is no such profile; godwit profile lists them"));
    }
    return answered([&] {
        WantedConfiguration wanted{.configuration = read_configuration(profiles_->file(profile)),
                                   .profile = profile};
        load_keys(wanted.configuration);
        return wanted;
    });
}

std::optional<std::string> ConfigurationSource::profile_at(const wire::HomeAgentAddress& address,
                                                           const Configuration& present) const {
    for (const std::string& name : profiles_ ? profiles_->names() : std::vector<std::string>()) {
        const auto found = wanted(name);
        if (found && found->configuration.home_agent.address == address &&
            found->configuration.status_socket == present.status_socket &&
            found->configuration.state_directory == present.state_directory &&
            (found->configuration.lockdown || !present.lockdown)) {
            return name;
        }
    }
    return std::nullopt;
}

std::shared_ptr<ProfileChoice> ConfigurationSource::choose(const std::string& name) const {
    return profiles_->choose(name);
}

std::string ConfigurationSource::name_now(const std::string& profile) const {
    return profiles_ && !profiles_->has(profile) ? profiles_->active().value_or(profile) : profile;
}

Json ConfigurationSource::list() const {
    if (!profiles_) {
        return {
            {"schema", runtime::status_schema}, {"active", nullptr}, {"profiles", Json::array()}};
    }
    return to_json(*profiles_, profiles_->active());
}

}  // namespace godwit::client
