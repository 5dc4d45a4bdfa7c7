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
constexpr auto dead_path_interval = 5s;    // where not even a short probe was answered
constexpr std::uint32_t last_probes = 32;  // of which an answer may still be on its way

}  // namespace

PathMtuSearch::Orders PathMtuSearch::begin(Instant now, std::uint32_t ceiling,
                                           std::chrono::nanoseconds round_trip) {
    Orders orders;
    rest();
    ceiling_ = ceiling;
    round_trip_ = round_trip;
    next_period_ = now + period_;
    publish(ceiling, orders);
    ask_all(now, orders);
    orders.watch_large = true;
    return orders;
}

void PathMtuSearch::rest() {
    asking_.reset();
    next_period_ = never;
    watch_at_ = never;
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
    if (!asking_) {
        return orders;
    }
    auto& [phase, tries, passes, fails, outstanding, round_over] = *asking_;
    const auto answered = std::ranges::find(
        outstanding, sequence, [](const Outstanding& probe) { return probe.probe.sequence; });
    if (answered == outstanding.end()) {
        return orders;
    }
    const std::chrono::nanoseconds sample = now - answered->sent;
    round_trip_ = round_trip_ == 0ns ? sample : (round_trip_ * 7 + sample) / 8;
    passes = std::max(passes, answered->probe.size);
    fails = std::max(fails, passes + 1);
    std::erase_if(outstanding,
                  [&](const Outstanding& probe) { return probe.probe.size <= passes; });
    if (passes > whole_ && outstanding.empty()) {
        publish(passes, orders);
    }
    if (phase == Phase::verifying || passes >= ceiling_) {
        finish(now, orders);
    } else if (outstanding.empty()) {
        narrow(now, orders);
    }
    return orders;
}

bool PathMtuSearch::has_probed(std::uint32_t sequence) const {
    return sequence_ - sequence < last_probes;
}

PathMtuSearch::Orders PathMtuSearch::on_deadline(Instant now) {
    Orders orders;
    if (now >= watch_at_) {
        watch_at_ = never;
        orders.watch_large = true;
    }
    if (asking_ && now >= asking_->round_over) {
        on_round_over(now, orders);
    }
    if (!asking_ && now >= next_period_) {
        next_period_ = now + period_;
        ask_all(now, orders);
    }
    return orders;
}

std::optional<Instant> PathMtuSearch::next_deadline() const {
    const Instant next = std::min(watch_at_, asking_ ? asking_->round_over : next_period_);
    return next != never ? std::optional(next) : std::nullopt;
}

void PathMtuSearch::ask(Instant now, std::uint32_t size, Orders& orders) {
    const Probe probe{.sequence = ++sequence_, .size = size};
    asking_->outstanding.push_back({probe, now});
    orders.probes.push_back(probe);
    asking_->round_over = now + patience();
    ++asking_->tries;
}

// Nothing is known of the path.
void PathMtuSearch::ask_all(Instant now, Orders& orders) {
    asking_ = std::make_unique<Asking>();
    asking_->fails = ceiling_ + 1;
    ask_ladder(now, orders);
}

void PathMtuSearch::ask_ladder(Instant now, Orders& orders) {
    enter(Phase::ladder);
    const std::uint32_t top = asking_->fails - 1;
    ask(now, top, orders);
    if (whole_ < top && std::ranges::find(ladder, whole_) == ladder.end()) {
        ask(now, whole_, orders);
    }
    for (const std::uint32_t size : ladder) {
        if (size < top) {
            ask(now, size, orders);
        }
    }
    asking_->tries = 1;
}

void PathMtuSearch::ask_low_steps(Instant now, Orders& orders) {
    enter(Phase::low_steps);
    for (const std::uint32_t size : low_steps) {
        if (size < asking_->fails) {
            ask(now, size, orders);
        }
    }
    asking_->tries = 1;
}

void PathMtuSearch::on_round_over(Instant now, Orders& orders) {
    Asking& asking = *asking_;
    asking.round_over = never;
    if (asking.phase == Phase::verifying) {
        // It was lost, the path has shrunk, or it is dead: what is shorter will tell.
        asking.outstanding.clear();
        asking.passes = 0;
        asking.fails = whole_ + 1;
        ask_ladder(now, orders);
        ask_low_steps(now, orders);
        asking.tries = 2;
        return;
    }
    if (asking.passes == 0) {
        on_nothing_passed(now, orders);
        return;
    }
    const std::uint32_t doubtful = smallest_unanswered();
    const unsigned enough = asking.phase == Phase::narrowing ? tries_in_between : max_tries;
    const bool is_convincing = asking.outstanding.size() >= convincing || asking.tries >= enough;
    if (!is_convincing) {
        ask(now, doubtful, orders);
        return;
    }
    asking.outstanding.clear();
    asking.fails = std::min(asking.fails, doubtful);
    publish(asking.passes, orders);
    narrow(now, orders);
}

void PathMtuSearch::on_nothing_passed(Instant now, Orders& orders) {
    if (asking_->phase == Phase::ladder) {
        ask_low_steps(now, orders);
        return;
    }
    // Not a matter of size: nothing is concluded from a path that carries nothing.
    asking_.reset();
    next_period_ = now + std::min<std::chrono::nanoseconds>(dead_path_interval, period_);
}

void PathMtuSearch::narrow(Instant now, Orders& orders) {
    const std::uint32_t passes = asking_->passes;
    const std::uint32_t fails = asking_->fails;
    if (fails - passes <= close_enough || passes >= ceiling_) {
        finish(now, orders);
        return;
    }
    enter(Phase::narrowing);
    const std::uint32_t quarter = (fails - passes) / 4;
    for (std::uint32_t step = 1; step <= 3; ++step) {
        ask(now, passes + (step * quarter), orders);
    }
    asking_->tries = 1;
}

void PathMtuSearch::finish(Instant now, Orders& orders) {
    const std::uint32_t passes = asking_->passes;
    asking_.reset();
    next_period_ = next_period_ != never ? next_period_ : now + period_;
    if (passes != whole_) {
        publish(passes, orders);
    }
    verify_if_in_doubt(now, orders);
}

// Long packets were sent while something else was being asked, or just now.
void PathMtuSearch::verify_if_in_doubt(Instant now, Orders& orders) {
    if (is_in_doubt_ && !asking_ && ceiling_ != 0) {
        is_in_doubt_ = false;
        asking_ = std::make_unique<Asking>();
        enter(Phase::verifying);
        ask(now, whole_, orders);
    }
}

void PathMtuSearch::publish(std::uint32_t whole, Orders& orders) {
    if (whole_ != whole) {
        whole_ = whole;
        orders.found = mtu();
    }
}

std::uint32_t PathMtuSearch::smallest_unanswered() const {
    std::uint32_t smallest = asking_->fails;
    for (const Outstanding& waiting : asking_->outstanding) {
        smallest = std::min(smallest, waiting.probe.size);
    }
    return smallest;
}

std::chrono::nanoseconds PathMtuSearch::patience() const {
    return std::clamp<std::chrono::nanoseconds>(3 * round_trip_, least_patience, most_patience);
}

}  // namespace godwit::mobility
