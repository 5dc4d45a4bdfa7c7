#pragma once
// How many ICMP errors may be sent: a token bucket (RFC 4443 §2.4 f). It reads no clock.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

class ReplyBudget {
  public:
    static constexpr std::int64_t replies_a_second = 100;  // and so many at once

    // Whether one more may be sent. `now` never goes back.
    [[nodiscard]] bool take(mobility::Instant now) {
        const std::int64_t earned = (now - earned_until_) / each;
        earned_until_ += earned * each;
        left_ = std::min(left_ + earned, replies_a_second);
        if (left_ == 0) {
            return false;
        }
        --left_;
        return true;
    }

  private:
    static constexpr std::chrono::nanoseconds each =
        std::chrono::nanoseconds(std::chrono::seconds(1)) / replies_a_second;

    mobility::Instant earned_until_{};
    std::int64_t left_ = 0;
};

}  // namespace godwit::datapath
