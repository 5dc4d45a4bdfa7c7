#include "shared/platform/turn.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "shared/platform/attempt.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::platform {

FileDescriptor take_turn(const std::filesystem::path& file) {
    FileDescriptor turn(
        ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only));
    if (turn.number() >= 0) {
        check_syscall("wait for a turn at " + file.string(), ::flock(turn.number(), LOCK_EX));
    }
    return turn;
}

}  // namespace godwit::platform
