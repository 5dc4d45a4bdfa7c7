#include "shared/mobility/path_mtu_search.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::mobility {
namespace {

using namespace std::chrono_literals;

// Inner sizes, octets: what paths of 1500, 1492, 1420, 1400, 1280 and fewer octets have room for.
constexpr std::array<std::uint32_t, 4> ladder{1418, 1400, 1340, min_ipv6_mtu};
constexpr std::array<std::uint32_t, 6> low_steps{1200, 1120, 1040, 900, 700, 500};
constexpr std::uint32_t close_enough = 8;  // octets between what passes and what does not
constexpr unsigned max_tries = 3;          // RFC 8899 §5.1.2, MAX_PROBES
constexpr unsigned tries_in_between = 2;   // where a few octets are at stake
constexpr std::size_t convincing = 3;      // probes lost at once are no accident
constexpr auto verification_interval = 500ms;
constexpr std::chrono::nanoseconds least_patience = 80ms;
constexpr std::chrono::nanoseconds most_patience = 1s;
constexpr auto dead_path_interval = 5s;  // where not even a short probe was answered

}  // namespace

PathMtuSearch::Orders PathMtuSearch::begin(Instant now, std::uint32_t ceiling,
                                           std::chrono::nanoseconds round_trip) {
    Orders orders;
    rest();
    ceiling_ = ceiling;
    round_trip_ = round_trip;
    passes_ = 0;
    fails_ = ceiling + 1;
    next_period_ = now + period_;
    publish(ceiling, orders);
    ask_ladder(now, orders);
    orders.watch_large = true;
    return orders;
}

void PathMtuSearch::rest() {
    enter(Phase::resting);
    outstanding_.clear();
    round_over_.reset();
    next_period_.reset();
    watch_at_.reset();
    is_in_doubt_ = false;
}

PathMtuSearch::Orders PathMtuSearch::on_large_sent(Instant now) {
    Orders orders;
    watch_at_ = now + verification_interval;
    is_in_doubt_ = true;
    verify_if_in_doubt(now, orders);
    return orders;
}

PathMtuSearch::Orders PathMtuSearch::on_answer(Instant now, std::uint32_t sequence) {
    Orders orders;
    const auto answered = std::ranges::find(
        outstanding_, sequence, [](const Outstanding& probe) { return probe.probe.sequence; });
    if (answered == outstanding_.end()) {
        return orders;
    }
    const std::chrono::nanoseconds sample = now - answered->sent;
    round_trip_ = round_trip_ == 0ns ? sample : (round_trip_ * 7 + sample) / 8;
    passes_ = std::max(passes_, answered->probe.size);
    fails_ = std::max(fails_, passes_ + 1);
    std::erase_if(outstanding_,
                  [&](const Outstanding& probe) { return probe.probe.size <= passes_; });
    if (passes_ > mtu_.whole && outstanding_.empty()) {
        publish(passes_, orders);
    }
    if (phase_ == Phase::verifying || passes_ >= ceiling_) {
        finish(now, orders);
    } else if (outstanding_.empty()) {
        narrow(now, orders);
    }
    return orders;
}

PathMtuSearch::Orders PathMtuSearch::on_deadline(Instant now) {
    Orders orders;
    if (watch_at_ && now >= *watch_at_) {
        watch_at_.reset();
        orders.watch_large = true;
    }
    if (round_over_ && now >= *round_over_) {
        on_round_over(now, orders);
    }
    if (next_period_ && now >= *next_period_ && phase_ == Phase::resting) {
        next_period_ = now + period_;
        passes_ = 0;
        fails_ = ceiling_ + 1;
        ask_ladder(now, orders);
    }
    return orders;
}

std::optional<Instant> PathMtuSearch::next_deadline() const {
    std::optional<Instant> next = round_over_;
    const auto consider = [&next](const std::optional<Instant>& instant) {
        if (instant) {
            next = next ? std::min(*next, *instant) : *instant;
        }
    };
    consider(watch_at_);
    consider(phase_ == Phase::resting ? next_period_ : std::nullopt);
    return next;
}

void PathMtuSearch::ask(Instant now, std::uint32_t size, Orders& orders) {
    const Probe probe{.sequence = ++sequence_, .size = size};
    outstanding_.push_back({probe, now});
    orders.probes.push_back(probe);
    round_over_ = now + patience();
    ++tries_;
}

void PathMtuSearch::ask_ladder(Instant now, Orders& orders) {
    enter(Phase::ladder);
    const std::uint32_t top = fails_ - 1;
    ask(now, top, orders);
    if (mtu_.whole < top && std::ranges::find(ladder, mtu_.whole) == ladder.end()) {
        ask(now, mtu_.whole, orders);
    }
    for (const std::uint32_t size : ladder) {
        if (size < top) {
            ask(now, size, orders);
        }
    }
    tries_ = 1;
}

void PathMtuSearch::ask_low_steps(Instant now, Orders& orders) {
    enter(Phase::low_steps);
    for (const std::uint32_t size : low_steps) {
        if (size < fails_) {
            ask(now, size, orders);
        }
    }
    tries_ = 1;
}

void PathMtuSearch::on_round_over(Instant now, Orders& orders) {
    round_over_.reset();
    if (phase_ == Phase::verifying) {
        // It was lost, the path has shrunk, or it is dead: what is shorter will tell.
        outstanding_.clear();
        passes_ = 0;
        fails_ = mtu_.whole + 1;
        ask_ladder(now, orders);
        ask_low_steps(now, orders);
        tries_ = 2;
        return;
    }
    if (passes_ == 0) {
        on_nothing_passed(now, orders);
        return;
    }
    const std::uint32_t doubtful = smallest_unanswered();
    const unsigned enough = phase_ == Phase::narrowing ? tries_in_between : max_tries;
    const bool is_convincing = outstanding_.size() >= convincing || tries_ >= enough;
    if (!is_convincing) {
        ask(now, doubtful, orders);
        return;
    }
    outstanding_.clear();
    fails_ = std::min(fails_, doubtful);
    publish(passes_, orders);
    narrow(now, orders);
}

void PathMtuSearch::on_nothing_passed(Instant now, Orders& orders) {
    if (phase_ == Phase::ladder) {
        ask_low_steps(now, orders);
        return;
    }
    // Not a matter of size: nothing is concluded from a path that carries nothing.
    enter(Phase::resting);
    outstanding_.clear();
    next_period_ = now + std::min<std::chrono::nanoseconds>(dead_path_interval, period_);
}

void PathMtuSearch::narrow(Instant now, Orders& orders) {
    if (fails_ - passes_ <= close_enough || passes_ >= ceiling_) {
        finish(now, orders);
        return;
    }
    enter(Phase::narrowing);
    const std::uint32_t quarter = (fails_ - passes_) / 4;
    for (std::uint32_t step = 1; step <= 3; ++step) {
        ask(now, passes_ + (step * quarter), orders);
    }
    tries_ = 1;
}

void PathMtuSearch::finish(Instant now, Orders& orders) {
    enter(Phase::resting);
    outstanding_.clear();
    round_over_.reset();
    next_period_ = next_period_.value_or(now + period_);
    if (passes_ != mtu_.whole) {
        publish(passes_, orders);
    }
    verify_if_in_doubt(now, orders);
}

// Long packets were sent while something else was being asked, or just now.
void PathMtuSearch::verify_if_in_doubt(Instant now, Orders& orders) {
    if (is_in_doubt_ && phase_ == Phase::resting && ceiling_ != 0) {
        is_in_doubt_ = false;
        enter(Phase::verifying);
        ask(now, mtu_.whole, orders);
    }
}

void PathMtuSearch::publish(std::uint32_t whole, Orders& orders) {
    if (mtu_ != TunnelMtu::of(whole)) {
        mtu_ = TunnelMtu::of(whole);
        orders.found = mtu_;
    }
}

std::uint32_t PathMtuSearch::smallest_unanswered() const {
    std::uint32_t smallest = fails_;
    for (const Outstanding& waiting : outstanding_) {
        smallest = std::min(smallest, waiting.probe.size);
    }
    return smallest;
}

std::chrono::nanoseconds PathMtuSearch::patience() const {
    return std::clamp<std::chrono::nanoseconds>(3 * round_trip_, least_patience, most_patience);
}

}  // namespace godwit::mobility
