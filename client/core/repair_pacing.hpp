#pragma once
// When to compare what the system has with what it should have, and what has come of it. Events
// come in bursts, of which one's own are a part: a comparison waits a moment for the rest, and
// there are a few in a second at most, whoever removes whatever how often.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "client/core/rate_limit.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::client {

class RepairPacing {
  public:
    void on_event(mobility::Instant now) {
        if (!due_) {
            due_ = looks_.earliest(now + moment);
        }
    }
    void on_look(mobility::Instant now) {
        looks_.on_done(now);
        due_.reset();
    }
    // Something was missing, or not as it should be, and nobody here had removed it.
    void on_repaired(mobility::Instant now) {
        std::erase_if(repairs_, [&](mobility::Instant at) { return at + remembered <= now; });
        repairs_.push_back(now);
    }

    [[nodiscard]] const std::optional<mobility::Instant>& due() const { return due_; }
    [[nodiscard]] bool is_due(mobility::Instant now) const { return due_ && now >= *due_; }
    // Within the last minute.
    [[nodiscard]] std::size_t repairs(mobility::Instant now) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            repairs_, [&](mobility::Instant at) { return now < at + remembered; }));
    }

  private:
    // What follows another daemon's start, or a link's end, comes within it.
    static constexpr std::chrono::milliseconds moment{50};
    static constexpr std::chrono::minutes remembered{1};

    RateLimit<4> looks_{std::chrono::milliseconds(800)};
    std::optional<mobility::Instant> due_;
    std::vector<mobility::Instant> repairs_;
};

}  // namespace godwit::client
