#pragma once
// How much of one home address's traffic in one direction may pass: a token bucket. What finds it
// empty is dropped, not queued (docs/decisions/0035).

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "shared/datapath/counters.hpp"
#include "shared/mobility/bit_rate.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

// Of one home address, by the octets of the inner packets.
struct RateLimits {
    mobility::BitRate received;
    mobility::BitRate sent;
    bool operator==(const RateLimits&) const = default;
};

// One worker owns it. The bucket is measured by the time that it takes to fill, in parts of a
// nanosecond so small that the greatest rate is met to a millionth; so a packet costs one
// multiplication, and nothing that is rounded is ever added up.
class RateMeter {
  public:
    // What may come at once after a pause: what the rate makes in this time, and never less than
    // two of the longest packets that are many in one. A TCP that has lost too much waits for
    // 200 ms (Linux, TCP_RTO_MIN): what it may not make up for would be lost to it.
    static constexpr std::chrono::milliseconds burst_time{250};
    static constexpr std::int64_t least_burst = 128 * 1024;  // octets

    // With a full bucket. No rate here may be none.
    explicit RateMeter(mobility::BitRate rate) { set(rate); }

    // The rate from now on. What the bucket holds stays, as far as the new one has room for it.
    void set(mobility::BitRate rate) {
        constexpr std::int64_t second = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
        constexpr std::int64_t octet = 8 * (second << fraction);  // at one bit each second
        const auto bits = static_cast<std::int64_t>(rate.each_second);
        octet_ = (octet + bits / 2) / bits;
        depth_ = std::max(least_burst * octet_, std::chrono::nanoseconds(burst_time).count()
                                                    << fraction);
        saved_ = std::min(saved_, depth_);
    }

    // Whether this packet may pass. If not, it is counted.
    [[nodiscard]] bool take(mobility::Instant now, std::size_t octets) {
        fill(now);
        const std::int64_t cost = static_cast<std::int64_t>(octets) * octet_;
        if (cost > saved_) {
            over_.count(octets);
            return false;
        }
        saved_ -= cost;
        return true;
    }

    // What was too much. Any thread.
    [[nodiscard]] Traffic over() const { return over_.reading(); }

  private:
    // Bits of a nanosecond's fraction. At the least rate, the bucket takes 57 bits.
    static constexpr unsigned fraction = 20;

    void fill(mobility::Instant now) {
        if (now <= filled_) {
            return;
        }
        const std::int64_t passed = (now - filled_).count();
        filled_ = now;
        saved_ =
            passed > depth_ >> fraction ? depth_ : std::min(depth_, saved_ + (passed << fraction));
    }

    std::int64_t octet_ = 0;  // the time that one is worth
    std::int64_t depth_ = 0;
    std::int64_t saved_ = std::numeric_limits<std::int64_t>::max();
    mobility::Instant filled_;
    TrafficCounter over_;
};

// A tunnel's meter from now on: this one with this rate, or none.
inline RateMeter* set_to(RateMeter* meter, mobility::BitRate rate) {
    if (meter != nullptr) {
        meter->set(rate);
    }
    return meter;
}

}  // namespace godwit::datapath
