#include "shared/runtime/offload_trial.hpp"

#include <algorithm>

namespace godwit::runtime {
namespace {

using Clock = std::function<mobility::Instant()>;

constexpr int chances = 5;

struct Pass {
    OffloadState state{};
    std::chrono::nanoseconds time{};
};

bool begins_with(std::span<const wire::Bytes> packets, std::span<const wire::Bytes> beginning) {
    return beginning.size() <= packets.size() &&
           std::ranges::equal(packets.first(beginning.size()), beginning);
}

OffloadState receive(TrialWay& way, std::span<const wire::Bytes> expected, bool as_one) {
    bool any_as_one = false;
    while (!expected.empty()) {
        const TrialWay::Arrivals arrivals = way.receive();
        if (arrivals.packets.empty()) {
            return OffloadState::silent;
        }
        if (!begins_with(expected, arrivals.packets)) {
            return OffloadState::corrupt;
        }
        expected = expected.subspan(arrivals.packets.size());
        any_as_one = any_as_one || arrivals.as_one;
    }
    return as_one && !any_as_one ? OffloadState::divided : OffloadState::on;
}

Pass pass(TrialWay& way, std::span<const wire::Bytes> packets, TrialWay::Manner manner,
          const Clock& clock) {
    const mobility::Instant begin = clock();
    if (way.send(packets, manner)) {
        return {.state = OffloadState::refused};
    }
    const bool as_one = manner == TrialWay::Manner::as_one && way.arrives_as_one();
    const OffloadState state = receive(way, packets, as_one);
    return {.state = state, .time = clock() - begin};
}

// What another attempt may find to be an accident.
bool may_pass(OffloadState state) {
    return state == OffloadState::silent || state == OffloadState::slow;
}

}  // namespace

OffloadState try_offload(TrialWay& way, std::span<const wire::Bytes> packets, const Clock& clock) {
    const Pass single = pass(way, packets, TrialWay::Manner::one_by_one, clock);
    if (single.state != OffloadState::on) {
        return OffloadState::on;
    }
    OffloadState state{};
    for (int chance = 0; chance < chances; ++chance) {
        const Pass merged = pass(way, packets, TrialWay::Manner::as_one, clock);
        const bool is_slow = merged.time > single.time * trial_slowness + trial_slack;
        state = merged.state == OffloadState::on && is_slow ? OffloadState::slow : merged.state;
        if (!may_pass(state)) {
            break;
        }
    }
    return state;
}

}  // namespace godwit::runtime
