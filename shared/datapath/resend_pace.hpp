#pragma once
// How fast packets are sent again: at first little faster than the path before carried them, and
// the faster the longer it takes, so that what comes meanwhile is caught up with.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

class ResendPace {
  public:
    // So many octets at once, whatever the rate: what any path's queue holds.
    static constexpr std::int64_t burst = std::int64_t{64} << 10U;
    static constexpr std::int64_t least_rate = 1'250'000;  // octets a second: 10 Mbit/s
    static constexpr std::chrono::nanoseconds doubles_after = std::chrono::milliseconds(250);

    // So many octets were sent lately, within this time.
    void begin(mobility::Instant now, std::int64_t octets, std::chrono::nanoseconds within) {
        constexpr std::chrono::nanoseconds least_time = std::chrono::milliseconds(100);
        const double seconds = std::chrono::duration<double>(std::max(within, least_time)).count();
        const auto carried = static_cast<std::int64_t>(static_cast<double>(octets) / seconds);
        rate_ = std::max(least_rate, carried + carried / 4);
        doubles_at_ = now + doubles_after;
        paid_until_ = now;
    }

    // When the next packet may be sent.
    [[nodiscard]] mobility::Instant next() const { return paid_until_ - time_of(burst); }
    void on_sent(mobility::Instant now, std::size_t octets) {
        if (now >= doubles_at_ && rate_ < most_rate) {
            rate_ *= 2;
            doubles_at_ = now + doubles_after;
        }
        paid_until_ = std::max(paid_until_, now) + time_of(static_cast<std::int64_t>(octets));
    }

  private:
    static constexpr std::int64_t most_rate = std::int64_t{1} << 36U;

    [[nodiscard]] std::chrono::nanoseconds time_of(std::int64_t octets) const {
        return std::chrono::nanoseconds(octets * std::nano::den / rate_);
    }

    std::int64_t rate_ = least_rate;
    mobility::Instant doubles_at_{};
    mobility::Instant paid_until_{};
};

}  // namespace godwit::datapath
