#include "client/joined_files.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "client/configuration.hpp"
#include "client/keys.hpp"
#include "client/left_stagings.hpp"
#include "client/profiles.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/file_owner.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/held_directory.hpp"
#include "shared/platform/open_directory.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/toml_edit.hpp"
#include "shared/security/key_file.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

template <class Items, class Text>
std::string list(const Items& items, Text text) {
    std::string all;
    for (const auto& item : items) {
        all += (all.empty() ? "" : ", ") + text(item);
    }
    return "[" + all + "]";
}

fs::path directory_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// Whether a configuration beside the key names it.
bool is_named(const fs::path& key) {
    return std::ranges::any_of(
        files_in(directory_of(key), ".toml"), [&](const fs::path& configuration) {
            return std::ranges::any_of(key_files_of(configuration), [&](const fs::path& named) {
                return named.filename() == key.filename();
            });
        });
}

std::vector<fs::path> unnamed_preshared_keys(const fs::path& directory) {
    std::vector<fs::path> found = files_in(directory, ".psk");
    std::erase_if(found, is_named);
    return found;
}

void write(const fs::path& file, const std::string& text, unsigned mode) {
    platform::require("write " + file.string(),
                      platform::write_new(file, text, {.mode = mode, .owned_like = {}}));
}

// The key pair that goes with this pre-shared key, if that is the invite's secret.
std::optional<security::KeyPair> key_pair_with(const fs::path& preshared_key,
                                               const fs::path& private_key,
                                               const security::Invite& invite) {
    try {
        if (security::is_equal(security::load_preshared_key(preshared_key).octets(),
                               invite.secret.octets())) {
            return security::load_key_pair(private_key);
        }
    } catch (const std::runtime_error&) {
        // Half written, or not ours to read: of no use to anybody.
    }
    return std::nullopt;
}

// "mn" of "mn.toml", and then "mn-2", ...: the first for which there is no key file.
fs::path free_for_keys(const fs::path& configuration) {
    const fs::path wanted = fs::path(configuration).replace_extension();
    fs::path name = wanted;
    for (int number = 2; fs::exists(name.string() + ".key") || fs::exists(name.string() + ".psk");
         ++number) {
        name = wanted.string() + "-" + std::to_string(number);
    }
    return name;
}

// What key files hold is told by their names, which nobody knows here.
template <class Load>
auto loaded(const char* key, Load load) {
    try {
        return load();
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error&) {
        throw std::runtime_error(std::string("this export is damaged: its ") + key +
                                 " is no key: 32 octets in base64, 44 characters");
    }
}

// The text with this key, or without it.
std::string with(const std::string& text, const runtime::TomlKey& key,
                 const std::optional<fs::path>& file) {
    const auto changed = file ? runtime::change_toml(text, key, quoted(file->filename().string()))
                              : runtime::remove_from_toml(text, key);
    if (!changed) {
        throw std::runtime_error("this export makes no configuration: " + changed.error());
    }
    return *changed;
}

}  // namespace

std::string configuration_text(const security::Invite& invite, const std::string& private_key_file,
                               const std::string& preshared_key_file) {
    std::ostringstream text;
    text << "# Written by godwit join: " << invite.client << ", at " << invite.endpoints.front()
         << ".\n"
         << "home_address = " << quoted(invite.home.text()) << '\n';
    if (invite.home_prefix) {
        text << "home_prefix = " << quoted(invite.home_prefix->text()) << '\n';
    }
    text << "private_key_file = " << quoted(private_key_file) << "\n\n"
         << "[home_agent]\n"
         << "address = " << quoted(invite.home_agent.text()) << '\n'
         << "endpoints = " << list(invite.endpoints, quoted) << '\n'
         << "ports = "
         << list(invite.ports, [](std::uint16_t port) { return std::to_string(port); }) << '\n'
         << "public_key = " << quoted(invite.home_agent_key.text()) << '\n'
         << "preshared_key_file = " << quoted(preshared_key_file) << '\n';
    return text.str();
}

JoinedFiles::JoinedFiles(fs::path configuration, fs::path state_directory)
    : configuration_(std::move(configuration)),
      state_directory_(std::move(state_directory)),
      private_key_(free_for_keys(configuration_).string() + ".key"),
      preshared_key_(free_for_keys(configuration_).string() + ".psk"),
      staging_(configuration_.parent_path() /
               (staging_prefix + std::to_string(security::random_number()))) {}

JoinedFiles::~JoinedFiles() {
    std::error_code ignored;
    if (!is_left_behind_) {
        fs::remove_all(staging_, ignored);
    }
}

std::optional<security::KeyPair> JoinedFiles::key_left_behind(const security::Invite& invite) {
    const fs::path here = directory_of(configuration_);
    std::vector<fs::path> candidates = unnamed_preshared_keys(here);
    const std::vector<LeftStaging> left = stagings_left_behind(here);
    for (const LeftStaging& staging : left) {
        std::ranges::copy(files_in(staging.directory, ".psk"), std::back_inserter(candidates));
    }
    for (const fs::path& preshared_key : candidates) {
        fs::path private_key = fs::path(preshared_key).replace_extension(".key");
        if (!fs::exists(private_key)) {  // it is put in its place first
            private_key = here / private_key.filename();
        }
        if (auto found = key_pair_with(preshared_key, private_key, invite)) {
            left_behind_ = {preshared_key, private_key};
            return found;
        }
    }
    return std::nullopt;
}

std::vector<fs::path> JoinedFiles::keys() const {
    std::vector<fs::path> found;
    for (const fs::path& place : {private_key_, preshared_key_}) {
        if (fs::exists(staged(place))) {
            found.push_back(place);
        }
    }
    return found;
}

void JoinedFiles::open() {
    if (configuration_.has_parent_path()) {
        platform::make_open_directory(configuration_.parent_path());  // the service reads there
    }
    held_ = platform::make_held_directory(staging_);
}

// Those of other invites wait for their own other try.
void JoinedFiles::forget_others() const {
    for (const LeftStaging& staging : stagings_left_behind(directory_of(configuration_))) {
        const bool is_taken_over =
            !left_behind_.empty() && left_behind_.front().parent_path() == staging.directory;
        if (!is_taken_over && !is_over(staging.directory)) {
            continue;
        }
        if (!is_taken_over) {
            forget_times(staging.directory, state_directory_);
        }
        std::error_code ignored;
        fs::remove_all(staging.directory, ignored);
    }
}

// What the daemon would not take throws.
void JoinedFiles::close() const {
    try {
        load_keys(read_configuration(staged(configuration_)));
    } catch (const runtime::InvalidConfiguration& invalid) {
        std::vector<runtime::ConfigurationError> errors = invalid.errors();
        for (runtime::ConfigurationError& error : errors) {
            error.file = (directory_of(configuration_) / fs::path(error.file).filename()).string();
        }
        throw runtime::InvalidConfiguration(std::move(errors));
    }
    std::vector<fs::path> places = keys();
    places.push_back(configuration_);
    // The daemon of the package runs as a user of its own, who has to read them; who is not root
    // and writes elsewhere keeps what is his.
    const bool is_given_away =
        platform::is_root() || directory_of(configuration_) == profile_directory;
    for (const fs::path& place : places) {
        if (is_given_away) {
            platform::give_to_owner_of(state_directory_, staged(place));
        }
        platform::make_durable(staged(place));
    }
    platform::make_durable(staging_);
    platform::make_durable(directory_of(configuration_));
}

void JoinedFiles::stage(const security::Invite& invite, const security::KeyPair& own) {
    open();
    save(own, staged(private_key_));
    save(invite.secret, staged(preshared_key_));
    write(staging_ / expiry_file, std::to_string(invite.expires.time_since_epoch().count()),
          platform::owner_only);
    write(staged(configuration_),
          configuration_text(invite, private_key_.filename().string(),
                             preshared_key_.filename().string()),
          platform::readable);
    close();
    is_left_behind_ = true;
    forget_others();
}

security::PublicKey JoinedFiles::stage_key_pair(const ProfileDocument& profile) const {
    if (!profile.private_key) {
        const security::KeyPair fresh = security::KeyPair::generate();
        save(fresh, staged(private_key_));
        return fresh.public_key();
    }
    write(staged(private_key_), *profile.private_key + '\n', platform::owner_only);
    const security::PublicKey own = loaded("private_key", [this] {
        return security::load_key_pair(staged(private_key_)).public_key();
    });
    if (own != *profile.public_key) {
        throw std::runtime_error(
            "this export is damaged: its private key is not that of its "
            "public key");
    }
    return own;
}

std::optional<security::PublicKey> JoinedFiles::stage(const ProfileDocument& profile) {
    open();
    std::optional<security::PublicKey> own;
    std::string text = profile.configuration;
    if (profile.public_key) {
        own = stage_key_pair(profile);
        text = with(text, {"", "private_key_file"}, private_key_);
    } else if (runtime::find_in_toml(text, {"", "private_key_file"}).value_or(std::nullopt)) {
        throw std::runtime_error("this export is damaged: it has no public key");
    }
    if (profile.preshared_key) {
        write(staged(preshared_key_), *profile.preshared_key + '\n', platform::owner_only);
        loaded("preshared_key",
               [this] { return security::load_preshared_key(staged(preshared_key_)); });
    }
    text = with(text, {"home_agent", "preshared_key_file"},
                profile.preshared_key ? std::optional(preshared_key_) : std::nullopt);
    write(staged(configuration_), text, platform::readable);
    close();
    forget_others();
    return own;
}

// Where a name is not free any more, all of it is staged again.
bool JoinedFiles::place_all(Existing existing) const {
    std::vector<fs::path> placed;
    const auto give_way = [&] {
        for (const fs::path& place : placed) {
            fs::rename(place, staged(place));
        }
        return false;
    };
    for (const fs::path& place : keys()) {
        if (!platform::place_new(staged(place), place)) {
            return give_way();
        }
        placed.push_back(place);
    }
    platform::make_durable(directory_of(configuration_));
    if (existing == Existing::replaced) {
        fs::rename(staged(configuration_), configuration_);
    } else if (!platform::place_new(staged(configuration_), configuration_)) {
        return give_way();
    }
    platform::make_durable(directory_of(configuration_));
    return true;
}

// The keys' names were free, and what they belong to is the configuration: until that is in its
// place nothing has changed.
bool JoinedFiles::commit(Existing existing) {
    const std::vector<fs::path> before =
        exists() ? key_files_of(configuration_) : std::vector<fs::path>{};
    if (!place_all(existing)) {
        return false;
    }
    for (const fs::path& key : left_behind_) {
        std::error_code ignored;
        fs::remove(key, ignored);
    }
    for (const fs::path& key : before) {
        std::error_code ignored;
        if (directory_of(key) == directory_of(configuration_) && !is_named(key)) {
            fs::remove(key, ignored);
        }
    }
    is_left_behind_ = false;
    return true;
}

std::vector<fs::path> key_files_of(const fs::path& configuration) {
    std::vector<fs::path> files;
    try {
        const Configuration content = read_configuration(configuration);
        for (const auto& key : {content.private_key_file, content.home_agent.preshared_key_file}) {
            if (key) {
                files.push_back(*key);
            }
        }
    } catch (const runtime::InvalidConfiguration&) {
        files.clear();  // of one that is wrong nobody knows what belongs to it
    }
    return files;
}

}  // namespace godwit::client
