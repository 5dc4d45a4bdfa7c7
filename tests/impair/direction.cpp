#include "tests/impair/direction.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/impair/icmp_error.hpp"

namespace godwit::impair {

namespace {

constexpr std::size_t batch = 64;

}  // namespace

Direction::Direction(const Impairment& impairment, std::uint64_t stream)
    : impairment_(&impairment), random_(impairment.seed * 2 + stream), arriving_(batch) {
    for (Frame& frame : arriving_) {
        frame.buffer = std::make_unique_for_overwrite<Buffer>();
    }
}

void Direction::receive(const Port& from, Instant now) {
    const std::size_t count = from.receive(arriving_);
    for (Frame& frame : std::span(arriving_).first(count)) {
        const std::optional<Instant> release = due(frame, now);
        if (!release) {
            continue;
        }
        in_flight_.emplace(*release, std::move(frame));
        if (idle_.empty()) {
            frame.buffer = std::make_unique_for_overwrite<Buffer>();
        } else {
            frame = std::move(idle_.back());
            idle_.pop_back();
        }
    }
}

void Direction::send_due(const Port& to, Instant now) {
    while (!in_flight_.empty() && in_flight_.begin()->first <= now) {
        leaving_.push_back(std::move(in_flight_.begin()->second));
        in_flight_.erase(in_flight_.begin());
    }
    std::span<const Frame> rest = leaving_;
    while (!rest.empty()) {
        const std::size_t sent = to.send(rest);
        counts_.forwarded += sent;
        if (sent < rest.size()) {
            ++counts_.refused;
        }
        rest = rest.subspan(std::min(sent + 1, rest.size()));
    }
    std::ranges::move(leaving_, std::back_inserter(idle_));
    leaving_.clear();
}

std::optional<Instant> Direction::next() const {
    return in_flight_.empty() ? std::nullopt : std::optional(in_flight_.begin()->first);
}

std::optional<Instant> Direction::due(const Frame& frame, Instant now) {
    if (std::uint64_t* const counter = dropped_by(frame)) {
        ++*counter;
        return std::nullopt;
    }
    if (impairment_->bits_per_second == 0) {
        return now + delay();
    }
    if (!admitted_by_bottleneck(frame.length, now)) {
        ++counts_.queue_full;
        return std::nullopt;
    }
    return bottleneck_free_ + delay();
}

std::uint64_t* Direction::dropped_by(const Frame& frame) {
    if (frame.length > longest_frame) {
        return &counts_.not_segmented;
    }
    if (impairment_->blackhole ||
        (impairment_->drop_icmp && is_icmp_error(std::span(*frame.buffer).first(frame.length)))) {
        return &counts_.swallowed;
    }
    if (impairment_->mtu != 0 && frame.length > impairment_->mtu + ethernet_header) {
        return &counts_.too_long;
    }
    return std::bernoulli_distribution(impairment_->loss)(random_) ? &counts_.lost : nullptr;
}

std::chrono::nanoseconds Direction::delay() {
    const bool late =
        impairment_->reorder > 0 && std::bernoulli_distribution(impairment_->reorder)(random_);
    return impairment_->delay + (late ? impairment_->reorder_delay : std::chrono::nanoseconds(0));
}

bool Direction::admitted_by_bottleneck(std::size_t length, Instant now) {
    while (!waiting_.empty() && waiting_.front() <= now) {
        waiting_.pop_front();
    }
    if (waiting_.size() >= impairment_->queue) {
        return false;
    }
    const std::chrono::duration<double> transmission(static_cast<double>(length) * 8 /
                                                     impairment_->bits_per_second);
    const Instant start = std::max(now, bottleneck_free_);
    bottleneck_free_ = start + std::chrono::duration_cast<std::chrono::nanoseconds>(transmission);
    waiting_.push_back(start);
    return true;
}

}  // namespace godwit::impair
