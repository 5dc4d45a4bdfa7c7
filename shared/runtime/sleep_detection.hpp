#pragma once
// Whether the machine has been asleep, by how long it has been so in all: the difference between
// two clocks, read one after the other.

#include <algorithm>
#include <chrono>

namespace godwit::runtime {

class SleepDetection {
  public:
    explicit SleepDetection(std::chrono::nanoseconds asleep) : asleep_(asleep) {}

    // Whether it has slept since the last time.
    [[nodiscard]] bool is_over(std::chrono::nanoseconds asleep) {
        const bool has_slept = asleep > asleep_ + shortest;
        asleep_ = std::max(asleep_, asleep);
        return has_slept;
    }

  private:
    // Far more than what parts the two readings.
    static constexpr std::chrono::milliseconds shortest{100};

    std::chrono::nanoseconds asleep_;
};

}  // namespace godwit::runtime
