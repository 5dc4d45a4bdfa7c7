#pragma once
// Whether anything has been moved away from a directory.

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::tests {

class MovesWatch {
  public:
    explicit MovesWatch(const std::filesystem::path& directory) {
        platform::check_syscall(
            "watch " + directory.string(),
            ::inotify_add_watch(events_.number(), directory.c_str(), IN_MOVED_FROM));
    }
    [[nodiscard]] bool has_seen_any() const {
        std::array<char, 4096> event{};
        return ::read(events_.number(), event.data(), event.size()) > 0;
    }

  private:
    platform::FileDescriptor events_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
};

}  // namespace godwit::tests
