#pragma once
// Tells when somebody, perhaps this process, has changed nftables.

#include <string>

#include "shared/platform/network_events.hpp"

namespace godwit::platform {

class NftablesMonitor {
  public:
    // Of this table, with its family: "inet godwit_ha"; empty: of any. Throws std::system_error.
    explicit NftablesMonitor(const std::string& table = {});

    // Readable: changed(), and perhaps NftablesTable::listing().
    [[nodiscard]] int descriptor() const { return events_.descriptor(); }
    // Takes all that was reported. `lost`: somebody has changed more than was waited for, perhaps
    // this too.
    NetworkEvents::Report take() { return events_.take(); }
    bool changed() { return events_.any(); }

  private:
    NetworkEvents events_;
};

}  // namespace godwit::platform
