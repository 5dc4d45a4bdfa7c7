#include "tests/impair/direction.hpp"

#include <algorithm>
#include <utility>

namespace godwit::impair {

namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t ethernet_header = 14;  // octets

}  // namespace

Direction::Direction(const Impairment& impairment, std::uint64_t stream)
    : impairment_(impairment), random_(impairment.seed * 2 + stream), arriving_(batch) {
    for (Frame& frame : arriving_) {
        frame.buffer = std::make_unique_for_overwrite<Buffer>();
    }
}

void Direction::receive(const Port& from, Instant now) {
    const std::size_t count = from.receive(arriving_);
    for (Frame& frame : std::span(arriving_).first(count)) {
        const std::optional<Instant> release = due(frame.length, now);
        if (!release) {
            continue;
        }
        in_flight_.push_back({*release, std::move(frame)});
        if (idle_.empty()) {
            frame.buffer = std::make_unique_for_overwrite<Buffer>();
        } else {
            frame = std::move(idle_.back());
            idle_.pop_back();
        }
    }
}

void Direction::send_due(const Port& to, Instant now) {
    while (!in_flight_.empty() && in_flight_.front().due <= now) {
        leaving_.push_back(std::move(in_flight_.front().frame));
        in_flight_.pop_front();
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
    return in_flight_.empty() ? std::nullopt : std::optional(in_flight_.front().due);
}

std::optional<Instant> Direction::due(std::size_t length, Instant now) {
    if (length > longest_frame) {
        ++counts_.not_segmented;
        return std::nullopt;
    }
    if (impairment_.mtu != 0 && length > impairment_.mtu + ethernet_header) {
        ++counts_.too_long;
        return std::nullopt;
    }
    if (std::bernoulli_distribution(impairment_.loss)(random_)) {
        ++counts_.lost;
        return std::nullopt;
    }
    if (impairment_.bits_per_second == 0) {
        return now + impairment_.delay;
    }
    if (!admitted_by_bottleneck(length, now)) {
        ++counts_.queue_full;
        return std::nullopt;
    }
    return bottleneck_free_ + impairment_.delay;
}

bool Direction::admitted_by_bottleneck(std::size_t length, Instant now) {
    while (!waiting_.empty() && waiting_.front() <= now) {
        waiting_.pop_front();
    }
    if (waiting_.size() >= impairment_.queue) {
        return false;
    }
    const std::chrono::duration<double> transmission(static_cast<double>(length) * 8 /
                                                     impairment_.bits_per_second);
    const Instant start = std::max(now, bottleneck_free_);
    bottleneck_free_ = start + std::chrono::duration_cast<std::chrono::nanoseconds>(transmission);
    waiting_.push_back(start);
    return true;
}

}  // namespace godwit::impair
