#pragma once
// At most `count` times within any `window`; up to so many may follow each other at once.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "shared/mobility/instant.hpp"

namespace godwit::client {

template <std::size_t count>
class RateLimit {
  public:
    explicit RateLimit(std::chrono::nanoseconds window) : window_(window) {}

    // The first instant, now or later, at which it may be done again.
    [[nodiscard]] mobility::Instant earliest(mobility::Instant now) const {
        return done_ < count ? now : std::max(now, last_[next_] + window_);
    }

    void on_done(mobility::Instant now) {
        last_[next_] = now;
        next_ = (next_ + 1) % count;
        done_ = std::min(done_ + 1, count);
    }

  private:
    std::chrono::nanoseconds window_;
    std::array<mobility::Instant, count> last_{};
    std::size_t next_ = 0;  // the oldest, once all are in use
    std::size_t done_ = 0;
};

}  // namespace godwit::client
