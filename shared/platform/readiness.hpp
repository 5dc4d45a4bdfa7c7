#pragma once
// Sleeping until some of a few descriptors have something to read, again and again (epoll(7)). What
// is waited for is told the kernel once, so waiting costs less than with wait_until_readable().

#include <bitset>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

class Readiness {
  public:
    static constexpr std::size_t most = 16;
    // By the place that a descriptor had in the constructor's list.
    using Places = std::bitset<most>;

    // At most `most` of them; they stay open as long as this is there, or are left before. Throws
    // std::system_error.
    explicit Readiness(std::span<const int> descriptors);

    // Sleeps until at least one is readable or broken, and says which. A signal to the process ends
    // it with none, and so does the timeout, if there is one.
    [[nodiscard]] Places wait(std::optional<std::chrono::nanoseconds> timeout = std::nullopt) const;
    // Is not waited for any more.
    void leave(int descriptor) const;

  private:
    FileDescriptor epoll_;
};

}  // namespace godwit::platform
