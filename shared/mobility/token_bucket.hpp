#pragma once
// How often something may be done: at a steady rate, and a burst of it at once after a pause. The
// whole state is one instant, so that a table may hold many.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "shared/mobility/instant.hpp"

namespace godwit::mobility {

struct Rate {
    std::int64_t each_second = 1;
    std::int64_t burst = 1;  // at once

    [[nodiscard]] constexpr std::chrono::nanoseconds interval() const {
        return std::chrono::nanoseconds(std::chrono::seconds(1)) / each_second;
    }
};

class TokenBucket {
  public:
    [[nodiscard]] bool has(Instant now, const Rate& rate) const {
        return full_at_ <= now + (rate.burst - 1) * rate.interval();
    }
    // False, and nothing done, if there is none.
    bool take(Instant now, const Rate& rate) {
        if (!has(now, rate)) {
            return false;
        }
        full_at_ = std::max(full_at_, now) + rate.interval();
        return true;
    }
    // From then on it is as if nothing had ever been taken.
    [[nodiscard]] Instant full_at() const { return full_at_; }

  private:
    Instant full_at_;
};

}  // namespace godwit::mobility
