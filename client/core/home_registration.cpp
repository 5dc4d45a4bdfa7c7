#include "client/core/home_registration.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

constexpr auto doubt_interval = 1s;

}  // namespace

HomeRegistration::HomeRegistration(const RegistrationSettings& settings)
    : settings_(settings),
      numbers_{.last = settings.first_sequence},
      sender_(settings, numbers_),
      other_(settings, numbers_),
      network_(settings.home, settings.network_prefixes) {}

void HomeRegistration::register_paths(Instant now, std::vector<mobility::Path> paths,
                                      Actions& actions, const PathLeft& left) {
    let_expired_binding_go(now, actions);
    const mobility::Path first = paths.front();
    const bool by_handshake = !session() || left.doubts_session;
    leave_beside_for(paths, !by_handshake);
    if (left.doubts_session) {
        network_.ask_again();
    }
    ask(now,
        {.paths = std::move(paths),
         .lifetime = settings_.lifetime,
         .by_handshake = by_handshake,
         .follows_offers = true,
         .is_one_by_one = true,
         .is_move = may_have_lost_packets() && !left.still_carries,
         .cause = left.cause,
         .timeout = left.round_trip.count() != 0 && session()
                        ? BindingUpdateSender::move_timeout(left.round_trip)
                        : std::chrono::nanoseconds(0)},
        actions);
    if (binding_ && !barred_) {
        // What proves data is shared already, so it need not wait for the acknowledgement.
        actions.emplace_back(mobility::DirectTunnel{.home = settings_.home,
                                                    .path = first,
                                                    .session = tunnel_session(),
                                                    .doubted_since = left.silent_since});
    }
}

void HomeRegistration::register_anew(Instant now, std::vector<mobility::Path> paths,
                                     mobility::MoveCause cause, Actions& actions) {
    let_expired_binding_go(now, actions);
    leave_beside_for(paths, false);
    network_.ask_again();
    ask(now,
        {.paths = std::move(paths),
         .lifetime = settings_.lifetime,
         .by_handshake = true,
         .follows_offers = true,
         .is_move = may_have_lost_packets(),
         .cause = cause},
        actions);
}

void HomeRegistration::deregister(Instant now, const mobility::Path& path, Actions& actions) {
    let_expired_binding_go(now, actions);
    ask(now, {.paths = {path}, .lifetime = {}, .by_handshake = !session()}, actions);
}

void HomeRegistration::leave(Instant now, std::chrono::nanoseconds round_trip, Actions& actions) {
    let_expired_binding_go(now, actions);
    other_.stop();
    // What was asked last may have been heard though it was not answered, and the place of the
    // binding may be gone.
    std::vector<mobility::Path> paths = sender_.paths_tried();
    if (binding_ && std::ranges::find(paths, binding_->path) == paths.end()) {
        paths.push_back(binding_->path);
    }
    if (paths.empty()) {
        return;
    }
    const bool is_measured = session() && round_trip.count() != 0;
    ask(now,
        {.paths = std::move(paths),
         .lifetime = {},
         .by_handshake = !session(),
         .timeout = is_measured ? BindingUpdateSender::move_timeout(round_trip)
                                : std::chrono::nanoseconds(0)},
        actions);
}

void HomeRegistration::register_beside(Instant now, std::vector<mobility::Path> paths,
                                       Actions& actions) {
    other_.stop();
    if (can_bind_beside() && !suspended_) {
        is_beside_unwanted_ = false;
        other_.ask(now, std::move(paths), within_home_prefix(now, settings_.lifetime),
                   terms_beside(), actions);
    }
}

void HomeRegistration::leave_beside() {
    if (other_.bound()) {
        bound_.remove(*other_.bound());
    }
    other_.stop();
}

// What is said again of a binding beside, with a newer number, would have the home agent step back
// from the same one once that is the one in use.
void HomeRegistration::leave_beside_for(const std::vector<mobility::Path>& paths,
                                        bool is_one_by_one) {
    const auto is_it = [this](const mobility::Path& path) { return other_.has_number_of(path); };
    const bool may_be_it =
        !is_one_by_one && other_.is_pending() && std::ranges::any_of(paths, is_it);
    if (may_be_it || is_it(paths.front())) {
        leave_beside();
    }
}

void HomeRegistration::bind_flows(Instant now, std::vector<wire::FlowIdentification> flows,
                                  Actions& actions) {
    if (flows != flows_) {
        flows_ = std::move(flows);
        flows_changed_ = true;
    }
    if (flows_.empty()) {
        refused_flows_.clear();
    }
    if (flows_changed_ && !is_pending()) {
        tell_again(now, actions);
    }
}

void HomeRegistration::tell_again(Instant now, Actions& actions) {
    if (binding_ && tunnel_session() && !suspended_) {
        flows_changed_ = false;
        ask(now, {.paths = {binding_->path}, .lifetime = settings_.lifetime, .by_handshake = false},
            actions);
    }
}

void HomeRegistration::suspend(Actions& actions) {
    sender_.stop();
    ask_next_.clear();
    other_.stop();
    suspended_ = true;
    if (binding_) {
        actions.emplace_back(mobility::HoldTunnel{settings_.home});
    }
}

// Keys never get older than a lifetime.
void HomeRegistration::refresh(Instant now, Actions& actions) {
    ask(now, {.paths = {binding_->path}, .lifetime = settings_.lifetime, .by_handshake = true},
        actions);
}

void HomeRegistration::ask(Instant now, PendingUpdate update, Actions& actions) {
    ask_next_.clear();
    if (barred_) {
        return;
    }
    suspended_ = false;
    if (!may_ask(now) && update.lifetime > wire::Lifetime::zero()) {
        return;
    }
    update.lifetime = within_home_prefix(now, update.lifetime);
    if (update.timeout.count() == 0) {
        update.timeout = sender_.first_timeout(terms());
    }
    sender_.ask(now, std::move(update), terms(), actions);
}

// RFC 6275 §11.4.2. Whether a prefix that seems to be over really is, the home agent says.
wire::Lifetime HomeRegistration::within_home_prefix(Instant now, wire::Lifetime lifetime) const {
    if (!valid_until_ || lifetime == wire::Lifetime::zero()) {
        return lifetime;
    }
    const auto left = std::chrono::floor<std::chrono::seconds>(*valid_until_ - now);
    return left >= wire::Lifetime(1) && left < lifetime ? std::chrono::floor<wire::Lifetime>(left)
                                                        : lifetime;
}

void HomeRegistration::on_doubt(Instant now, Actions& actions) {
    if ((!binding_ && !is_pending()) || suspended_ || barred_ ||
        (doubted_at_ && now < *doubted_at_ + doubt_interval)) {
        return;
    }
    doubted_at_ = now;
    network_.ask_again();  // whether it has lost the binding that it took without them, it says
    if (!is_pending()) {
        refresh(now, actions);
        return;
    }
    sender_.distrust_session();
    sender_.ask_again(now, terms(), actions);
}

void HomeRegistration::on_doubt(Instant now, wire::SequenceNumber sequence, Actions& actions) {
    if (is_asking(sequence) || other_.is_asking(sequence)) {
        on_doubt(now, actions);
    }
}

void HomeRegistration::on_home_agent_restart(Instant now, Actions& actions) {
    lose_others();
    on_doubt(now, actions);
}

// It knows of the one in use at most, by an update that has come since. In place of that nothing
// else is said to be there; the rest is registered anew.
void HomeRegistration::lose_others() {
    if (binding_ && terms().bound != nullptr) {
        bound_.on_bound(binding_->path, true);
    }
    other_.stop();
}

void HomeRegistration::on_resume(Instant now, Actions& actions) {
    if (is_pending() && !suspended_) {
        sender_.begin_anew(now, terms(), actions);
    }
}

void HomeRegistration::on_deadline(Instant now, Actions& actions) {
    end_retired_sessions(now, actions);
    let_expired_binding_go(now, actions);
    other_.on_deadline(now, within_home_prefix(now, settings_.lifetime), terms_beside(), actions);
    give_up_if_revoked(now);
    if (is_pending()) {
        if (sender_.doubts_session(now)) {
            network_.ask_again();
        }
        sender_.on_deadline(now, terms(), actions);
    } else if (const auto due = refresh_due(); due && now >= *due) {
        refresh(now, actions);
    }
}

std::optional<Instant> HomeRegistration::next_deadline() const {
    std::optional<Instant> next;
    const auto consider = [&next](Instant instant) {
        next = next ? std::min(*next, instant) : instant;
    };
    for (const auto& deadline : {sender_.next_deadline(), other_.next_deadline()}) {
        if (deadline) {
            consider(*deadline);
        }
    }
    if (binding_) {
        consider(binding_->expires);
    }
    if (const auto due = refresh_due()) {
        consider(*due);
    }
    for (const RetiringSession& retiring : retiring_) {
        consider(retiring.until);
    }
    return next;
}

std::optional<Instant> HomeRegistration::ask_again_at() const {
    return binding_ || is_pending() || suspended_ || barred_ ? std::nullopt : ask_not_before_;
}

const Binding* HomeRegistration::binding(Instant now) const {
    return binding_ && now < binding_->expires ? &*binding_ : nullptr;
}

std::optional<Instant> HomeRegistration::refresh_due() const {
    return binding_ && !is_pending() && !suspended_ && !barred_
               ? std::optional(binding_->refresh_at)
               : std::nullopt;
}

void HomeRegistration::let_expired_binding_go(Instant now, Actions& actions) {
    if (binding_ && now >= binding_->expires) {
        forget_binding(actions);
        sender_.take_any_offer();
        actions.emplace_back(mobility::Event{mobility::BindingExpired{settings_.home}});
    }
}

void HomeRegistration::forget_binding(Actions& actions) {
    if (!binding_) {
        return;
    }
    actions.emplace_back(mobility::CloseTunnel{settings_.home});
    if (binding_->session) {
        actions.emplace_back(mobility::EndSession{*binding_->session});
    }
    binding_.reset();
    network_.on_ended();
    bound_.clear();
    other_.stop();
    flows_.clear();  // they mean bindings that there are no more
    flows_changed_ = false;
    refused_flows_.clear();
    for (const RetiringSession& retiring : std::exchange(retiring_, {})) {
        actions.emplace_back(mobility::EndSession{retiring.session});
    }
}

void HomeRegistration::end_retired_sessions(Instant now, Actions& actions) {
    std::erase_if(retiring_, [&](const RetiringSession& retiring) {
        if (now < retiring.until) {
            return false;
        }
        actions.emplace_back(mobility::EndSession{retiring.session});
        return true;
    });
}

std::optional<mobility::Seal> HomeRegistration::heartbeat_seal(Instant now) const {
    if (binding(now) == nullptr || !session()) {
        return std::nullopt;
    }
    return tunnel_session() ? mobility::Seal{mobility::ThroughTunnel{}}
                            : mobility::Seal{mobility::InSession{*session()}};
}

std::optional<mobility::SessionId> HomeRegistration::session() const {
    return binding_ ? binding_->session : std::nullopt;
}

std::optional<mobility::SessionId> HomeRegistration::tunnel_session() const {
    return settings_.protection == mobility::Protection::sealed ? session() : std::nullopt;
}

}  // namespace godwit::client
