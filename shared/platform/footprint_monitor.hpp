#pragma once
// Tells when what a daemon has added to the machine may not be there any more: each change of a
// link, an address, a route of whichever table, or a policy rule, in both families.

#include "shared/platform/network_events.hpp"

namespace godwit::platform {

class FootprintMonitor {
  public:
    FootprintMonitor();  // throws std::system_error

    // Readable: changed(), and perhaps Footprint::present().
    [[nodiscard]] int descriptor() const { return events_.descriptor(); }
    // Takes all that was reported.
    bool changed() { return events_.any(); }

  private:
    NetworkEvents events_;
};

}  // namespace godwit::platform
