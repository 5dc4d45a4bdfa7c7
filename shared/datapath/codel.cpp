#include "shared/datapath/codel.hpp"

#include <cmath>

namespace godwit::datapath {

bool Codel::tells(mobility::Instant now, std::chrono::nanoseconds waited, std::size_t behind) {
    if (!is_too_long(now, waited, behind)) {
        is_telling_ = false;
        return false;
    }
    if (!is_telling_) {
        begin(now);
        return true;
    }
    if (now < next_) {
        return false;
    }
    ++count_;
    next_ += spacing();
    return true;
}

bool Codel::is_too_long(mobility::Instant now, std::chrono::nanoseconds waited,
                        std::size_t behind) {
    if (waited < target || behind <= short_queue) {
        too_long_at_ = never;
        return false;
    }
    if (too_long_at_ == never) {
        too_long_at_ = now + interval;
    }
    return now >= too_long_at_;
}

// What was learnt a short while ago about how often this flow must be told still holds.
void Codel::begin(mobility::Instant now) {
    constexpr int short_while = 16;  // intervals
    const std::uint32_t learnt = count_ - count_at_begin_;
    const bool still_holds = learnt > 1 && now - next_ < short_while * interval;
    count_ = still_holds ? learnt : 1;
    count_at_begin_ = count_;
    is_telling_ = true;
    next_ = now + spacing();
}

std::chrono::nanoseconds Codel::spacing() const {
    const double root = std::sqrt(static_cast<double>(count_));
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(interval.count()) / root));
}

}  // namespace godwit::datapath
