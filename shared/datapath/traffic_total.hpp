#pragma once
// The traffic of tunnels that come and go, added up by the control thread while workers count.

#include <algorithm>
#include <vector>

#include "shared/datapath/counters.hpp"

namespace godwit::datapath {

class TrafficTotal {
  public:
    // The counter stays where it is until it is closed.
    void open(const TrafficCounter& counter) { live_.push_back(&counter); }
    // Keeps what it has counted.
    void close(const TrafficCounter& counter) {
        finished_ += counter.reading();
        std::erase(live_, &counter);
    }

    [[nodiscard]] bool is_open() const { return !live_.empty(); }
    [[nodiscard]] Traffic reading() const {
        Traffic total = finished_;
        for (const TrafficCounter* counter : live_) {
            total += counter->reading();
        }
        return total;
    }

  private:
    std::vector<const TrafficCounter*> live_;
    Traffic finished_;
};

}  // namespace godwit::datapath
