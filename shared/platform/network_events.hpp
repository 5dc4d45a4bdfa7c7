#pragma once
// The kernel's netlink events as a hint that something is not as it was. What they say is not
// kept: the state is always read whole, so that an event lost in a flood cannot leave a wrong
// picture behind.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "shared/platform/file_descriptor.hpp"

struct nlmsghdr;

namespace godwit::platform {

class NetworkEvents {
  public:
    // `groups` as sockaddr_nl has them (netlink(7)); `matters` tells which of the events count.
    // `family` is 0 for rtnetlink. Throws std::system_error.
    using Matters = std::function<bool(const nlmsghdr& event)>;
    NetworkEvents(std::uint32_t groups, Matters matters, int family = 0);

    // Readable when the kernel has something to report.
    [[nodiscard]] int descriptor() const { return events_.number(); }
    // Ascending: what outweighs the others.
    enum class Report : std::uint8_t {
        nothing,
        lost,  // in a flood: anything may have happened, though nothing that was left matters
        matters,
    };
    // Takes all that was reported.
    Report take();
    // The same; true if any of it matters, or some has been lost.
    bool any() { return take() != Report::nothing; }
    // The same of what one read has brought: messages, one behind the other.
    static bool any_of(std::span<const std::byte> events, const Matters& matters);

  private:
    FileDescriptor events_;
    Matters matters_;
};

}  // namespace godwit::platform
