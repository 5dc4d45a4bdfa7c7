#pragma once
// Why this machine is not up though it shall be, and when that is tried again: at first soon, later
// once a minute.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "shared/mobility/instant.hpp"

namespace godwit::client {

class Comeback {
  public:
    static constexpr std::chrono::seconds first_pause{1};
    static constexpr std::chrono::seconds longest_pause{60};

    // Several in one attempt count as one.
    void on_failure(mobility::Instant now, std::string reason) {
        reason_ = std::move(reason);
        if (!due_ || now >= *due_) {
            due_ = now + pause_;
            pause_ = std::min(2 * pause_, longest_pause);
        }
    }
    // It is up, or shall not be any more.
    void end() { *this = {}; }

    [[nodiscard]] const std::string& reason() const { return reason_; }  // empty: there is none
    [[nodiscard]] const std::optional<mobility::Instant>& due() const { return due_; }
    [[nodiscard]] bool is_due(mobility::Instant now) const { return due_ && now >= *due_; }

  private:
    std::string reason_;
    std::optional<mobility::Instant> due_;
    std::chrono::seconds pause_ = first_pause;
};

}  // namespace godwit::client
