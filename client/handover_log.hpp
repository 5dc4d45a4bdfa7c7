#pragma once
// The records of moves: the last ones, and all of them as a histogram of what they cost.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "shared/mobility/event.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

class HandoverLog {
  public:
    static constexpr std::size_t remembered = 16;
    // Upper ends, in ms, of how long it took from the new address being usable to the
    // acknowledgement; longer ones come last.
    static constexpr std::array<int, 9> buckets{10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

    void add(const mobility::HandoverRecorded& record);
    // {"records": [...], the newest last, "acknowledged_ms": {"up_to": [...], "count": [...]},
    //  "resent": n, "lost": n}
    [[nodiscard]] runtime::Json to_json() const;

  private:
    std::deque<mobility::HandoverRecorded> last_;
    std::array<std::uint64_t, buckets.size() + 1> counts_{};
    std::uint64_t resent_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace godwit::client
