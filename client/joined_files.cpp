#include "client/joined_files.hpp"

#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "client/configuration.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/security/key_file.hpp"
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

void write_text(const fs::path& path, const std::string& text) {
    std::ofstream out(path, std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
        platform::require("write " + path.string(), platform::last_error());
    }
}

fs::path with_extension(fs::path path, const char* extension) {
    return path.replace_extension(extension);
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

JoinedFiles::JoinedFiles(fs::path configuration)
    : configuration_(std::move(configuration)),
      private_key_(with_extension(configuration_, ".key")),
      preshared_key_(with_extension(configuration_, ".psk")),
      staging_(configuration_.parent_path() /
               (".godwit-join-" + std::to_string(security::random_number()))) {}

JoinedFiles::~JoinedFiles() {
    std::error_code ignored;
    fs::remove_all(staging_, ignored);
}

// The configuration comes last: with it, all is there.
std::vector<fs::path> JoinedFiles::places() const {
    return {private_key_, preshared_key_, configuration_};
}

std::vector<fs::path> JoinedFiles::existing() const {
    std::vector<fs::path> found;
    for (const fs::path& place : places()) {
        if (fs::exists(place)) {
            found.push_back(place);
        }
    }
    return found;
}

void JoinedFiles::stage(const security::Invite& invite, const security::KeyPair& own) {
    if (configuration_.has_parent_path()) {
        fs::create_directories(configuration_.parent_path());
    }
    fs::create_directory(staging_);
    fs::permissions(staging_, fs::perms::owner_all);
    save(own, staged(private_key_));
    save(invite.secret, staged(preshared_key_));
    write_text(staged(configuration_), configuration_text(invite, private_key_.filename().string(),
                                                          preshared_key_.filename().string()));
    (void)read_configuration(staged(configuration_));  // what the daemon would not take throws
    for (const fs::path& place : places()) {
        // The daemon of the package runs as a user of its own, who has to read them.
        platform::give_to_owner_of(Configuration().state_directory, staged(place));
        platform::make_durable(staged(place));
    }
}

void JoinedFiles::commit() {
    for (const fs::path& place : places()) {
        fs::rename(staged(place), place);
    }
    platform::make_durable(configuration_.has_parent_path() ? configuration_.parent_path()
                                                            : fs::path("."));
}

}  // namespace godwit::client
