#pragma once
// RFC 6275 §11.8: a mobile node MUST NOT send binding updates to one node faster than
// MAX_UPDATE_RATE in a second, however its links flap.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "shared/mobility/constants.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::client {

class UpdateRate {
  public:
    // The first instant, now or later, at which a binding update may be sent.
    [[nodiscard]] mobility::Instant earliest(mobility::Instant now) const {
        return sent_ < last_.size() ? now : std::max(now, last_[next_] + std::chrono::seconds(1));
    }

    void on_sent(mobility::Instant now) {
        last_[next_] = now;
        next_ = (next_ + 1) % last_.size();
        sent_ = std::min(sent_ + 1, last_.size());
    }

  private:
    std::array<mobility::Instant, mobility::max_update_rate> last_{};
    std::size_t next_ = 0;  // the oldest, once all are in use
    std::size_t sent_ = 0;
};

}  // namespace godwit::client
