#include "shared/platform/held_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

FileDescriptor open_directory(const std::filesystem::path& directory) {
    return FileDescriptor(
        ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// Whether the name still leads to it.
bool is_there(const std::filesystem::path& directory, const FileDescriptor& opened) {
    struct stat named{};
    struct stat held{};
    return ::lstat(directory.c_str(), &named) == 0 && ::fstat(opened.number(), &held) == 0 &&
           named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

}  // namespace

FileDescriptor make_held_directory(const std::filesystem::path& directory) {
    const std::string attempt = "make " + directory.string();
    while (true) {
        check_syscall(attempt, ::mkdir(directory.c_str(), S_IRWXU));
        // Until it is held it looks left behind, and somebody may remove it: then once more.
        FileDescriptor held = open_directory(directory);
        if (held.number() < 0 && errno == ENOENT) {
            continue;
        }
        check_syscall(attempt, held.number());
        check_syscall(attempt, ::flock(held.number(), LOCK_EX));
        if (is_there(directory, held)) {
            return held;
        }
    }
}

FileDescriptor look_at_left_directory(const std::filesystem::path& directory) {
    FileDescriptor seen = open_directory(directory);
    const bool is_left = seen.number() >= 0 && ::flock(seen.number(), LOCK_SH | LOCK_NB) == 0 &&
                         is_there(directory, seen);
    return is_left ? std::move(seen) : FileDescriptor();
}

}  // namespace godwit::platform
