#include "client/profiles.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <fstream>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {

namespace fs = std::filesystem;
using runtime::Json;

namespace {

constexpr auto extension = ".toml";
constexpr auto nobody = "-";  // as a choice: no profile can have this name
constexpr std::size_t longest_name = 63;

bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

std::string first_line(const std::exception& failure) {
    const std::string text = failure.what();
    return text.substr(0, text.find('\n'));
}

Json describe(const Profiles& profiles, const std::string& name) {
    try {
        const Configuration configuration = read_configuration(profiles.file(name));
        return {{"name", name},
                {"home_address", configuration.home_address.text()},
                {"home_agent", configuration.home_agent.address.text()},
                {"endpoints", configuration.home_agent.endpoints},
                {"trouble", nullptr}};
    } catch (const std::exception& failure) {
        return {{"name", name},
                {"home_address", nullptr},
                {"home_agent", nullptr},
                {"endpoints", Json::array()},
                {"trouble", first_line(failure)}};
    }
}

}  // namespace

bool is_profile_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && name != "ha" &&
           is_letter_or_digit(name.front()) && std::ranges::all_of(name, [](char letter) {
               return is_letter_or_digit(letter) || letter == '-' || letter == '_' || letter == '.';
           });
}

std::string wrong_profile_name(const std::string& name) {
    return name == "ha" ? "ha is no name for a profile: ha.toml is the home agent's file"
                        : "\"" + name.substr(0, longest_name) +
                              "\" is no name for a profile; write 1 to 63 letters, digits, -, _ "
                              "and ., a letter or a digit first";
}

ProfileChoice::ProfileChoice(fs::path place, const std::string& text)
    : place_(std::move(place)),
      draft_(place_.string() + ".new-" + std::to_string(security::random_number())) {
    fs::create_directories(place_.parent_path());
    platform::require(
        "write " + draft_.string(),
        platform::write_new(draft_, text, {.mode = platform::readable, .owned_like = {}}));
}

ProfileChoice::~ProfileChoice() {
    std::error_code ignored;
    fs::remove(draft_, ignored);
}

void ProfileChoice::commit() const {
    fs::rename(draft_, place_);
    platform::make_durable(place_.parent_path());
}

Profiles::Profiles(fs::path directory, fs::path state_directory)
    : directory_(std::move(directory)), choice_(std::move(state_directory) / "profile") {}

std::vector<std::string> Profiles::names() const {
    std::vector<std::string> found;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_, none)) {
        if (const auto name = name_of(entry.path()); name && !entry.is_directory(none)) {
            found.push_back(*name);
        }
    }
    std::ranges::sort(found);
    return found;
}

bool Profiles::has(const std::string& name) const {
    std::error_code none;
    return is_profile_name(name) && fs::exists(file(name), none) &&
           !fs::is_directory(file(name), none);
}

fs::path Profiles::file(const std::string& name) const {
    return directory_ / (name + extension);
}

std::optional<std::string> Profiles::name_of(const fs::path& file) const {
    const std::string name = file.stem().string();
    return file.parent_path() == directory_ && file.extension() == extension &&
                   is_profile_name(name)
               ? std::optional(name)
               : std::nullopt;
}

std::vector<std::string> Profiles::at(const security::PublicKey& key,
                                      const wire::HomeAgentAddress& address) const {
    std::vector<std::string> found;
    for (const std::string& name : names()) {
        try {
            const HomeAgentEntry agent = read_configuration(file(name)).home_agent;
            if (agent.public_key == key || agent.address == address) {
                found.push_back(name);
            }
        } catch (const std::exception&) {
            continue;  // of one that is wrong nobody knows where it leads
        }
    }
    return found;
}

std::string Profiles::free_name(const std::string& endpoint, const std::string& client) const {
    const bool is_name = !platform::literal_address(endpoint) && is_profile_name(endpoint);
    const std::string wanted = is_name ? endpoint : is_profile_name(client) ? client : "profile";
    std::string name = wanted;
    for (int number = 2; has(name) || !is_profile_name(name); ++number) {
        const std::string ending = "-" + std::to_string(number);
        name = wanted.substr(0, longest_name - ending.size()) + ending;
    }
    return name;
}

std::vector<std::string> Profiles::chosen() const {
    std::vector<std::string> lines;
    std::ifstream choice(choice_);
    for (std::string line; std::getline(choice, line);) {
        lines.push_back(line);
    }
    return lines;
}

// Of several lines, the first that names a profile, or nobody, counts.
std::optional<std::string> Profiles::active() const {
    for (const std::string& name : chosen()) {
        if (has(name)) {
            return name;
        }
        if (name == nobody) {
            return std::nullopt;
        }
    }
    if (has(first_profile)) {
        return first_profile;
    }
    const std::vector<std::string> all = names();
    return all.size() == 1 ? std::optional(all.front()) : std::nullopt;
}

bool Profiles::is_choice_hidden() const {
    errno = 0;
    return !std::ifstream(choice_) && errno == EACCES;
}

std::shared_ptr<ProfileChoice> Profiles::choose(const std::string& name) const {
    return std::make_shared<ProfileChoice>(choice_, name + '\n');
}

std::shared_ptr<ProfileChoice> Profiles::choose_none_after(const std::string& name) const {
    return std::make_shared<ProfileChoice>(choice_, name + '\n' + nobody + '\n');
}

std::shared_ptr<ProfileChoice> Profiles::choose_none() const {
    return std::make_shared<ProfileChoice>(choice_, std::string(nobody) + '\n');
}

void Profiles::forget_choice() const {
    if (fs::remove(choice_)) {
        platform::make_durable(choice_.parent_path());
    }
}

void Profiles::settle_choice() const {
    const std::vector<std::string> lines = chosen();
    if (lines.size() < 2) {
        return;
    }
    const auto counts = std::ranges::find_if(
        lines, [this](const std::string& name) { return name == nobody || has(name); });
    if (counts == lines.end()) {
        forget_choice();
    } else {
        ProfileChoice(choice_, *counts + '\n').commit();
    }
}

void Profiles::rename(const std::string& name, const std::string& next) const {
    settle_choice();
    const bool is_active = active() == name;
    if (is_active) {
        ProfileChoice(choice_, next + '\n' + name + '\n').commit();
    }
    std::error_code failure;
    fs::rename(file(name), file(next), failure);
    if (failure && is_active) {
        take_back(name);
    }
    platform::require("rename " + file(name).string(), failure);
    platform::make_durable(directory_);
    if (is_active) {
        choose(next)->commit();
    }
}

void Profiles::take_back(const std::string& name) const {
    try {
        choose(name)->commit();
    } catch (const std::system_error&) {
        // The other name does not count as long as it has no profile.
    }
}

Json to_json(const Profiles& profiles, const std::optional<std::string>& active) {
    Json list = Json::array();
    for (const std::string& name : profiles.names()) {
        list.push_back(describe(profiles, name));
    }
    return {{"schema", runtime::status_schema},
            {"active", active ? Json(*active) : Json()},
            {"profiles", list}};
}

}  // namespace godwit::client
