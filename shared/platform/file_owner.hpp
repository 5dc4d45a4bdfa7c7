#pragma once
// Files that root makes and a daemon with a user of its own reads.

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace godwit::platform {

struct FileOwner {
    std::string user;   // its number where it has no name
    unsigned mode = 0;  // permissions only
};

bool has_user(const std::string& name);
// Whether this process may give its files to others.
bool is_root();
// Nothing: there is no such file, or it may not be looked at.
std::optional<FileOwner> owner_of(const std::filesystem::path& path);
// To this user and his group. A symbolic link stays whose it is.
std::error_code give_to(const std::string& user, const std::filesystem::path& path);

}  // namespace godwit::platform
