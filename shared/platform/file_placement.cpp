#include "shared/platform/file_placement.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

void make_durable(const std::filesystem::path& path) {
    const FileDescriptor file(
        check_syscall("open " + path.string(), ::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
    check_syscall("write " + path.string(), ::fsync(file.number()));
}

bool place_new(const std::filesystem::path& file, const std::filesystem::path& place) {
    const std::string attempt = "put " + place.string() + " in its place";
    int result = ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE);
    if (result != 0 && (errno == EINVAL || errno == ENOSYS)) {  // not every file system has that
        result = ::link(file.c_str(), place.c_str());
        if (result == 0) {
            check_syscall(attempt, ::unlink(file.c_str()));
        }
    }
    if (result != 0 && errno == EEXIST) {
        return false;
    }
    check_syscall(attempt, result);
    return true;
}

void give_to_owner_of(const std::filesystem::path& other, const std::filesystem::path& file) {
    struct stat wanted{};
    struct stat present{};
    if (::stat(other.c_str(), &wanted) != 0) {
        return;
    }
    const FileDescriptor given(
        check_syscall("open " + file.string(),
                      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)));
    check_syscall("look at " + file.string(), ::fstat(given.number(), &present));
    if (present.st_uid != wanted.st_uid || present.st_gid != wanted.st_gid) {
        check_syscall("give " + file.string() + " to the owner of " + other.string(),
                      ::fchown(given.number(), wanted.st_uid, wanted.st_gid));
    }
}

void keep_to_owner(const std::filesystem::path& file) {
    [[maybe_unused]] const int failure =
        ::fchmodat(AT_FDCWD, file.c_str(), S_IRUSR | S_IWUSR, AT_SYMLINK_NOFOLLOW);
}

void open_to_everybody(const std::filesystem::path& socket) {
    constexpr mode_t all = 0666;
    const std::string attempt = "open " + socket.string() + " to everybody";
    const FileDescriptor named(
        check_syscall(attempt, ::open(socket.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)));
    struct stat present{};
    check_syscall(attempt, ::fstat(named.number(), &present));
    require(attempt, S_ISSOCK(present.st_mode) ? std::error_code{}
                                               : std::make_error_code(std::errc::not_a_socket));
    // fchmod(2) takes no descriptor of O_PATH.
    const std::string itself = "/proc/self/fd/" + std::to_string(named.number());
    check_syscall(attempt, ::chmod(itself.c_str(), all));
}

}  // namespace godwit::platform
