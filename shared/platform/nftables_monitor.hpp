#pragma once
// Tells when somebody, perhaps this process, has changed nftables.

#include "shared/platform/network_events.hpp"

namespace godwit::platform {

class NftablesMonitor {
  public:
    NftablesMonitor();  // throws std::system_error

    // Readable: changed(), and perhaps NftablesTable::listing().
    [[nodiscard]] int descriptor() const { return events_.descriptor(); }
    // Takes all that was reported.
    bool changed() { return events_.any(); }

  private:
    NetworkEvents events_;
};

}  // namespace godwit::platform
