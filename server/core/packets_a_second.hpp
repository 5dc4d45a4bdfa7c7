#pragma once
// Holds what is sent in answer to others to so many packets in a second. It reads no clock.

#include <chrono>

#include "shared/mobility/instant.hpp"

namespace godwit::server {

class PacketsASecond {
  public:
    // Whether one more may be sent, of at most `limit`.
    [[nodiscard]] bool take(mobility::Instant now, unsigned limit) {
        if (now >= begun_ + std::chrono::seconds(1)) {
            begun_ = now;
            sent_ = 0;
        }
        return sent_ < limit && ++sent_ > 0;
    }

  private:
    mobility::Instant begun_{};
    unsigned sent_ = 0;
};

}  // namespace godwit::server
