#pragma once
// When to look at the network after an event. A move comes as a handful of events, each looked into
// at once; a flood of them is not followed faster than 50 times a second, the last one never
// missed.

#include <chrono>
#include <optional>

#include "client/core/rate_limit.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::client {

class LookPacing {
  public:
    // Whether to look now; if not, due() says when.
    [[nodiscard]] bool on_event(mobility::Instant now) {
        if (due_) {
            return now >= *due_;
        }
        const mobility::Instant earliest = looks_.earliest(now);
        if (earliest > now) {
            due_ = earliest;
        }
        return earliest <= now;
    }

    void on_look(mobility::Instant now) {
        looks_.on_done(now);
        due_.reset();
    }
    // It could not be read, or not be mended.
    void on_failure(mobility::Instant now,
                    std::chrono::nanoseconds pause = std::chrono::milliseconds(10)) {
        due_ = looks_.earliest(now + pause);
    }

    [[nodiscard]] const std::optional<mobility::Instant>& due() const { return due_; }
    [[nodiscard]] bool is_due(mobility::Instant now) const { return due_ && now >= *due_; }

  private:
    RateLimit<16> looks_{std::chrono::milliseconds(320)};
    std::optional<mobility::Instant> due_;
};

}  // namespace godwit::client
