#include "client/core/roaming.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/options/restart_counter.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;
using mobility::MoveCause;
using mobility::Path;
using What = mobility::WatchTraffic::What;

constexpr auto pause_between_races = 2s;

}  // namespace

Roaming::Roaming(const RoamingSettings& settings, HomeRegistration& registration)
    : settings_(settings),
      registration_(registration),
      probes_(settings.first_heartbeat),
      // Far away from the probes' numbers, and from each other's.
      mtu_(settings.mtu_probe_interval, settings.first_heartbeat ^ 0x80000000U),
      // Without protection nothing can be asked.
      keepalive_(settings.first_heartbeat ^ 0x40000000U,
                 settings.scout_port != 0 && settings.protection != mobility::Protection::none) {}

void Roaming::on_offers(Instant now, std::vector<Away> offers, MoveCause if_lost,
                        Actions& actions) {
    offers_ = std::move(offers);
    registration_.keep_offered(all_paths());
    forget_what_has_gone();
    const Away* still = in_use_ ? offer_along(offers_, in_use_->path) : nullptr;
    if (still == nullptr) {
        probes_.stop();  // what was answered in another network says nothing in this one
        const Away* warm = warm_ ? offer_along(offers_, *warm_) : nullptr;
        if_lost_ = if_lost;
        take(now, Away(warm != nullptr ? *warm : offers_.front()), MoveCause::address_lost,
             actions);
        return;
    }
    in_use_ = *still;  // its metric or MTU may be others
    const std::vector<Path> better = paths_before(offers_, in_use_->path);
    if (!can_ask(now)) {
        if (!better.empty()) {
            take(now, offers_.front(), MoveCause::better_path, actions);
        } else {
            registration_.on_offers(now, all_paths(), actions);
        }
    } else if (!is_settled_) {
        registration_.on_offers(now, all_paths(), actions);
        race(now, actions);
    } else if (!better.empty()) {
        probes_.ask_too(now, better);
        ask_due(now, actions);
    }
}

// What comes back may do so in another network, where it has not answered.
void Roaming::forget_what_has_gone() {
    probes_.keep(all_paths());
    if (better_answered_ && offer_along(offers_, *better_answered_) == nullptr) {
        better_answered_.reset();
    }
}

void Roaming::prefer(Instant now, const Path& path, Actions& actions) {
    const auto better = in_use_ ? paths_before(offers_, in_use_->path) : std::vector<Path>{};
    if (is_settled_ && !liveness_.is_asked() && std::ranges::find(better, path) != better.end()) {
        switch_to(now, *offer_along(offers_, path), MoveCause::better_path, actions);
    }
}

void Roaming::rest() {
    offers_.clear();
    in_use_.reset();
    warm_.reset();
    better_answered_.reset();
    proved_.reset();
    probes_.stop();
    liveness_.rest();
    mtu_.rest();
    keepalive_.rest();
    ask_again_at_.reset();
    is_settled_ = false;
}

std::vector<Path> Roaming::all_paths() const {
    return offers_.empty() ? std::vector<Path>{} : paths_from(offers_, offers_.front().path);
}

void Roaming::on_unbound(Instant now, Actions& actions) {
    if (!offers_.empty()) {
        registration_.on_offers(now, all_paths(), actions);
    }
    probes_.stop();
    liveness_.rest();
    mtu_.rest();
    keepalive_.rest();
    better_answered_.reset();
    ask_again_at_.reset();
    is_settled_ = is_acknowledged_ = is_answered_ = false;
}

void Roaming::register_again(Instant now, Actions& actions) {
    take(now, Away(*in_use_), cause_, actions);
}

void Roaming::on_resume(Instant now, Actions& actions) {
    probes_.stop();
    take(now, Away(*in_use_), cause_, actions, true);
}

void Roaming::take(Instant now, const Away& offer, MoveCause cause, Actions& actions,
                   bool doubts_session) {
    actions.emplace_back(mobility::Event{mobility::PathTaken{offer.path, cause}});
    be_at(offer);
    better_answered_.reset();
    cause_ = cause;
    move_cause_ = cause == MoveCause::address_lost ? if_lost_ : cause;
    is_acknowledged_ = false;
    is_answered_ = probes_.has_answered(offer.path);
    is_settled_ = false;
    PathLeft before = left(cause);
    before.doubts_session = doubts_session;
    registration_.register_paths(now, paths_from(offers_, in_use_->path), actions, before);
    liveness_.rest();
    mtu_.rest();
    keepalive_.rest();
    race(now, actions);
}

// The last that came back answered what had been sent a round trip before.
PathLeft Roaming::left(MoveCause cause) const {
    PathLeft left{.round_trip = round_trip_, .cause = move_cause_};
    left.still_carries = cause == MoveCause::better_path && !liveness_.is_asked();
    if (const auto since = liveness_.silent_since(); since && cause == MoveCause::path_silent) {
        left.silent_since = *since - liveness_.round_trip();
    }
    return left;
}

// To another one of the same offers: what has answered stays answered.
void Roaming::switch_to(Instant now, Away other, MoveCause cause, Actions& actions) {
    round_trip_ = probes_.round_trip(other.path).value_or(round_trip_);
    bool is_before = true;
    for (const Away& offered : offers_) {
        is_before = is_before && offered.path != other.path;
        // Those behind it may come before it in another network, so they are judged as well.
        if (probes_.is_unanswered(offered.path, is_before ? now : now - 2 * round_trip_)) {
            remember_failure(now, offered.path);
        }
    }
    // No flow stays where nothing comes back, or where nobody routes the address any more. One that
    // was taken in place of a silent one, and has answered, is not silent itself.
    const bool is_silent = cause == MoveCause::path_silent && (is_settled_ || !is_answered_);
    if (is_silent || in_use_->care_of.abandoned) {
        registration_.give_up(in_use_->path);
    }
    take(now, other, cause, actions);
    if (is_answered_) {
        registration_.on_round_trip(other.path, round_trip_);
    }
}

void Roaming::remember_failure(Instant now, const Path& path) {
    if (const Away* offer = offer_along(offers_, path)) {
        memory_.on_failed(now, path, offer->care_of.prefix_length);
    }
}

void Roaming::race(Instant now, Actions& actions) {
    if (can_ask(now)) {
        ask_again_at_.reset();
        probes_.ask_too(now, paths_from(offers_, in_use_->path));
        ask_due(now, actions);
    }
}

// As long as nothing works, each path is tried again and again.
void Roaming::race_again_if_over(Instant now, Actions& actions) {
    if (is_settled_ || !can_ask(now) || !probes_.is_over()) {
        ask_again_at_.reset();
    } else if (!ask_again_at_) {
        ask_again_at_ = now + pause_between_races;
    } else if (now >= *ask_again_at_) {
        if (!is_answered_) {
            proved_.reset();
        }
        probes_.stop();
        race(now, actions);
    }
}

bool Roaming::on_acknowledged(Instant now, const wire::BindingAcknowledgement& message,
                              Actions& actions) {
    const Binding* binding = registration_.binding(now);
    if (binding == nullptr) {
        return false;  // it has run out on its way
    }
    const Away* offer = offer_along(offers_, binding->path);
    if (offer == nullptr) {  // of a place that was left meanwhile, and nothing is asked any more
        take(now, Away(*in_use_), cause_, actions);
        return false;
    }
    if (offer->path != in_use_->path) {  // another one than the first was acknowledged first
        be_at(*offer);
        is_answered_ = probes_.has_answered(offer->path);
        is_settled_ = false;
    }
    is_acknowledged_ = true;
    if_lost_ = MoveCause::better_path;  // this place is still there
    take_nat_detection(now, message, actions);
    if (!is_settled_) {
        race(now, actions);
        settle_if_proved(now, actions);
    }
    return true;
}

void Roaming::settle_if_proved(Instant now, Actions& actions) {
    if (is_settled_ || !is_acknowledged_ || (!is_answered_ && can_ask(now))) {
        return;
    }
    is_settled_ = true;
    proved_ = in_use_;
    memory_.on_worked(in_use_->path, in_use_->care_of.prefix_length);
    const auto orders = mtu_.begin(now, ceiling(now), round_trip_);
    actions.emplace_back(mobility::FitTunnel{settings_.home, mtu_.mtu()});
    if (can_ask(now)) {
        follow(now, orders, actions);
        liveness_.begin(round_trip_);
        watch(What::any_sent, actions);
    } else {
        mtu_.rest();
    }
    stop_asking_if_settled(now);
}

std::uint32_t Roaming::ceiling(Instant now) const {
    const std::uint32_t mtu = in_use_->care_of.mtu;
    return mobility::TunnelOverhead::of(in_use_->path, settings_.protection)
        .inner(can_ask(now) ? mtu : std::min(mtu, mobility::min_ipv6_mtu));
}

// Better ones may still answer; once they had their time they have failed here.
void Roaming::stop_asking_if_settled(Instant now) {
    if (!is_settled_ || (!paths_before(offers_, in_use_->path).empty() && !probes_.is_over())) {
        return;
    }
    for (const Path& path : probes_.is_over() ? probes_.unanswered() : std::vector<Path>{}) {
        if (path != in_use_->path) {
            remember_failure(now, path);
        }
    }
    if (!liveness_.silent_since()) {
        probes_.stop();
    }
}

void Roaming::on_response(Instant now, const wire::Heartbeat& response, Actions& actions) {
    if (!in_use_) {
        return;
    }
    if (const auto answer = probes_.on_response(now, response.sequence)) {
        on_path_answered(now, *answer, actions);
    } else {
        follow(now, mtu_.on_answer(now, response.sequence), actions);
        keepalive_.on_response(now, response.sequence);
    }
    // RFC 5847 §3.2: another counter means that the home agent has lost its state.
    if (const auto* counter = wire::find<wire::RestartCounter>(response.options)) {
        const auto before = std::exchange(restart_counter_, counter->counter);
        if (before && *before != counter->counter) {
            registration_.on_home_agent_restart(now, actions);
        }
    }
}

void Roaming::on_path_answered(Instant now, const PathProbes::Answer& answer, Actions& actions) {
    if (answer.path == in_use_->path) {
        on_path_in_use_answered(now, answer, actions);
        return;
    }
    const Away* offer = offer_along(offers_, answer.path);
    if (offer == nullptr) {
        return;
    }
    memory_.on_worked(answer.path, offer->care_of.prefix_length);
    const std::vector<Path> better = paths_before(offers_, in_use_->path);
    const bool is_better = std::ranges::find(better, answer.path) != better.end();
    if (!is_settled_) {
        if (is_better || !is_answered_) {
            switch_to(now, *offer, cause_, actions);
        }
    } else if (liveness_.is_given_up()) {
        leave_silent(now, *offer, actions);  // a better one, too: no flow stays behind
    } else if (is_better) {
        better_answered_ = answer.path;
        take_better_if_well(now, actions);
    }
}

void Roaming::on_path_in_use_answered(Instant now, const PathProbes::Answer& answer,
                                      Actions& actions) {
    is_answered_ = true;
    round_trip_ = answer.round_trip;
    registration_.on_round_trip(answer.path, answer.round_trip);
    if (is_settled_) {
        liveness_.on_answer(answer.round_trip);
        watch(What::any_sent, actions);
        take_better_if_well(now, actions);
        stop_asking_if_settled(now);
    } else {
        settle_if_proved(now, actions);
    }
}

// As long as the one in use is asked it is not known how it is to be left: as one that carries, or
// as one that is silent, along which nothing may stay.
void Roaming::take_better_if_well(Instant now, Actions& actions) {
    if (is_settled_ && better_answered_ && !liveness_.is_asked()) {
        prefer(now, *std::exchange(better_answered_, std::nullopt), actions);
    }
}

void Roaming::on_deadline(Instant now, Actions& actions) {
    if (!in_use_) {
        return;
    }
    ask_due(now, actions);
    leave_if_mute(now, actions);
    if (is_settled_ && liveness_.is_due(now)) {
        watch(What::reading, actions);  // what follows is decided when that is known
    }
    leave_if_silent(now, actions);
    race_again_if_over(now, actions);
    stop_asking_if_settled(now);
    if (is_settled_ && can_ask(now)) {
        follow(now, mtu_.on_deadline(now), actions);
    }
    keep_alive(now, actions);
}

std::optional<Instant> Roaming::next_deadline() const {
    if (!in_use_) {
        return std::nullopt;
    }
    std::optional<Instant> next = probes_.next_deadline();
    const auto consider = [&next](const std::optional<Instant>& instant) {
        if (instant) {
            next = next ? std::min(*next, *instant) : *instant;
        }
    };
    if (is_settled_) {
        consider(mtu_.next_deadline());
        consider(liveness_.look_at());
        consider(liveness_.give_up_at());
    }
    consider(ask_again_at_);
    consider(keepalive_.next_deadline());
    return next;
}

// Without a tunnel to ask through, an acknowledgement has to do.
bool Roaming::can_ask(Instant now) const {
    return registration_.heartbeat_seal(now).has_value();
}

const Away* Roaming::other_that_answered() const {
    const auto found = std::ranges::find_if(offers_, [this](const Away& offer) {
        return offer.path != in_use_->path && probes_.has_answered(offer.path);
    });
    return found != offers_.end() ? &*found : nullptr;
}

}  // namespace godwit::client
