#pragma once
// Tells when links, addresses, routes or neighbours change, in both families, and how they are now.
// Events only say "look again": the state is always read whole, so that an event lost in a flood
// cannot leave a wrong picture behind.

#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/network_snapshot.hpp"

namespace godwit::platform {

class NetworkMonitor {
  public:
    NetworkMonitor();  // throws std::system_error

    // Readable when the kernel has something to report: changed() and perhaps snapshot().
    [[nodiscard]] int descriptor() const { return events_.number(); }

    // Takes all that was reported; true if any of it can matter here. Events come in floods:
    // waiting a moment for the rest before the next snapshot() saves work.
    bool changed();

    // Throws std::system_error where the kernel refuses, or where the network does not stop
    // changing for long enough to be read.
    NetworkSnapshot snapshot();

  private:
    FileDescriptor events_;
    NetlinkSocket queries_;
};

}  // namespace godwit::platform
