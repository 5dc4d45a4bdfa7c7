#include "shared/platform/file_owner.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

bool has_user(const std::string& name) {
    return ::getpwnam(name.c_str()) != nullptr;
}

bool is_root() {
    return ::geteuid() == 0;
}

std::optional<FileOwner> owner_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    const passwd* user = ::getpwuid(status.st_uid);
    return FileOwner{.user = user != nullptr ? user->pw_name : std::to_string(status.st_uid),
                     .mode = status.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)};
}

std::error_code give_to(const std::string& user, const std::filesystem::path& path) {
    const passwd* owner = ::getpwnam(user.c_str());
    if (owner == nullptr) {
        return std::make_error_code(std::errc::invalid_argument);
    }
    return ::lchown(path.c_str(), owner->pw_uid, owner->pw_gid) == 0 ? std::error_code{}
                                                                     : last_error();
}

}  // namespace godwit::platform
