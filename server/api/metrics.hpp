#pragma once
// The figures of GET /metrics, in the text format that Prometheus reads (version 0.0.4):
// docs/api/README.md has the names.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/status.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::server {

// How long moves cost the home agent: from the binding update to the first packet along the new
// path (mobility::BindingMoveRecorded).
class GapHistogram {
  public:
    // Upper limits of the buckets. 20 ms is one packet of speech, 1 s what people call an outage.
    static constexpr std::array limits{
        std::chrono::milliseconds(1),   std::chrono::milliseconds(2),
        std::chrono::milliseconds(5),   std::chrono::milliseconds(10),
        std::chrono::milliseconds(20),  std::chrono::milliseconds(50),
        std::chrono::milliseconds(100), std::chrono::milliseconds(200),
        std::chrono::milliseconds(500), std::chrono::milliseconds(1000)};

    void add(std::chrono::nanoseconds gap);

    [[nodiscard]] std::uint64_t within(std::size_t limit) const { return within_.at(limit); }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::chrono::nanoseconds sum() const { return sum_; }

  private:
    std::array<std::uint64_t, limits.size()> within_{};
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds sum_{};
};

struct Metrics {
    Status status;
    GapHistogram gaps;
    std::uint32_t restarts = 0;  // in the life of the state directory
    runtime::WallTime started;
    std::chrono::microseconds processor{};
    std::uint64_t resident = 0;  // octets
};

std::string metrics_text(const Metrics& metrics);

}  // namespace godwit::server
