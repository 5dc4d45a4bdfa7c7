#pragma once
// Tells when links, addresses, routes or neighbours change, in both families, and how they are now.

#include <vector>

#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/network_events.hpp"
#include "shared/platform/network_snapshot.hpp"

namespace godwit::platform {

class NetworkMonitor {
  public:
    NetworkMonitor();  // throws std::system_error
    NetworkMonitor(const NetworkMonitor&) = delete;
    NetworkMonitor& operator=(const NetworkMonitor&) = delete;
    ~NetworkMonitor() = default;

    // Readable when the kernel has something to report: changed() and perhaps snapshot().
    [[nodiscard]] int descriptor() const { return events_.descriptor(); }

    // Takes all that was reported; true if any of it can matter here. Events come in floods:
    // waiting a moment for the rest before the next snapshot() saves work.
    bool changed() { return events_.any(); }

    // Throws std::system_error where the kernel refuses, or where the network does not stop
    // changing for long enough to be read.
    NetworkSnapshot snapshot();

  private:
    std::vector<UnreachableNeighbour> unreachable_;  // as the last snapshot has them
    NetworkEvents events_;
    NetlinkSocket queries_;
};

}  // namespace godwit::platform
