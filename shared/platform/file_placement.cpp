#include "shared/platform/file_placement.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

void make_durable(const std::filesystem::path& path) {
    const FileDescriptor file(
        check_syscall("open " + path.string(), ::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
    check_syscall("write " + path.string(), ::fsync(file.number()));
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

}  // namespace godwit::platform
