#include "client/core/warm_path.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;
using mobility::Path;

// The path in use comes first: what it needs in its first second is not contended for.
constexpr std::chrono::nanoseconds first_pause = 1s;
constexpr std::chrono::nanoseconds longest_pause = 64s;
constexpr std::chrono::seconds longest_interval = 25s;  // most NATs keep a mapping of UDP for it
constexpr std::chrono::nanoseconds retry_interval = 1s;
constexpr std::size_t max_unanswered = 3;
constexpr std::chrono::nanoseconds patience = 500ms;  // for an acknowledgement, beyond the pause
constexpr std::chrono::nanoseconds after_other_updates = 100ms;

// Those of the best interface that is not in use.
std::vector<Path> paths_beside(const Path& in_use, const std::vector<Away>& offers) {
    std::vector<Path> paths;
    for (const Away& offer : offers) {
        const bool is_usable = offer.path.interface != in_use.interface &&
                               !offer.care_of.abandoned && !offer.care_of.deprecated;
        if (is_usable && (paths.empty() || paths.front().interface == offer.path.interface)) {
            paths.push_back(offer.path);
        }
    }
    return paths;
}

}  // namespace

void WarmPath::on_place(Instant now, const Path& in_use, const std::vector<Away>& offers,
                        HomeRegistration& registration) {
    if (!registration.can_bind_beside()) {
        return;
    }
    auto candidates = paths_beside(in_use, offers);
    const bool is_still_there =
        answered_ && std::ranges::find(candidates, *answered_) != candidates.end();
    if (candidates == candidates_ || is_still_there) {
        candidates_ = std::move(candidates);
        return;
    }
    rest(registration);
    if (!candidates.empty()) {
        begin(now, std::move(candidates));
    }
}

void WarmPath::begin(Instant now, std::vector<Path> candidates) {
    candidates_ = std::move(candidates);
    attempts_ = 0;
    pause_ = first_pause;
    register_at_ = now + pause_;
}

void WarmPath::rest(HomeRegistration& registration) {
    registration.leave_beside();
    candidates_.clear();
    register_at_.reset();
    asked_.reset();
    answered_.reset();
    ask_at_.reset();
    unanswered_ = 0;
}

void WarmPath::on_response(Instant now, std::uint32_t sequence) {
    if (!asked_ || sequence != sequence_) {
        return;
    }
    if (!answered_) {
        answered_since_ = now;
    }
    answered_ = asked_;
    unanswered_ = 0;
    pause_ = first_pause;
    ask_at_ = now + interval_;
}

void WarmPath::on_deadline(Instant now, HomeRegistration& registration, Actions& actions) {
    if (candidates_.empty() || !registration.can_bind_beside()) {
        rest(registration);
        return;
    }
    if (asked_ && registration.beside() != asked_) {
        // The home agent does not want it, or it went with an update of the one in use.
        give_up(now, registration.is_beside_unwanted() ? longest_pause : first_pause, registration);
    }
    if (registration.beside() && registration.beside() != asked_) {
        asked_ = registration.beside();
        ask_at_ = now;
        register_at_.reset();
    }
    if (register_at_ && now >= *register_at_) {
        attempt(now, registration, actions);
    }
    if (ask_at_ && now >= *ask_at_) {
        ask(now, registration, actions);
    }
}

// One after the other: of two that are under way at once the home agent would keep the later.
void WarmPath::attempt(Instant now, HomeRegistration& registration, Actions& actions) {
    if (registration.is_pending()) {
        register_at_ = now + after_other_updates;
        return;
    }
    const Path& next = candidates_[attempts_ % candidates_.size()];
    // It was in use before, and does not answer any more: no flow stays there, and the home agent
    // is told so before it is asked again.
    if (attempts_ > 0 && registration.bound().has_number_of(next)) {
        registration.leave_beside();
        registration.give_up(next);
        register_at_ = now + after_other_updates;
        return;
    }
    if (attempts_ > 0 && attempts_ % candidates_.size() == 0) {
        pause_ = std::min(2 * pause_, longest_pause);
    }
    registration.register_beside(now, {next}, actions);
    ++attempts_;
    register_at_ = now + (attempts_ % candidates_.size() == 0 ? pause_ : first_pause) + patience;
}

void WarmPath::ask(Instant now, HomeRegistration& registration, Actions& actions) {
    if (unanswered_ == max_unanswered) {
        give_up(now, std::min(2 * pause_, longest_pause), registration);
        return;
    }
    interval_ =
        std::min(longest_interval, registration.keepalive_beside().value_or(longest_interval));
    if (const auto seal = registration.heartbeat_seal(now)) {
        actions.emplace_back(
            mobility::SendMessage{.path = *asked_,
                                  .home = home_,
                                  .message = wire::Heartbeat{.sequence = ++sequence_},
                                  .seal = *seal});
    }
    ++unanswered_;
    ask_at_ = now + retry_interval;
}

void WarmPath::give_up(Instant now, std::chrono::nanoseconds pause,
                       HomeRegistration& registration) {
    auto candidates = std::exchange(candidates_, {});
    rest(registration);
    begin(now, std::move(candidates));
    pause_ = pause;
    register_at_ = now + pause;
}

std::optional<Instant> WarmPath::next_deadline() const {
    return register_at_ ? register_at_ : ask_at_;  // it asks once it is registered
}

}  // namespace godwit::client
