#include "client/core/home_registration.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/options/ipv4_address_acknowledgement.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

// The previous session still opens what was sealed before the other end changed over.
constexpr auto session_grace = 30s;
constexpr auto doubt_interval = 1s;

// RFC 6275 §11.7.1: "well before" the end; there is room for four tries (1 + 2 + 4 + 8 s) where the
// lifetime allows, and never later than at 80 % or earlier than at half of it.
std::chrono::nanoseconds refresh_after(std::chrono::nanoseconds granted) {
    return std::clamp<std::chrono::nanoseconds>(granted - 16s, granted / 2, granted / 5 * 4);
}

bool is_deregistration(wire::Lifetime lifetime) {
    return lifetime == wire::Lifetime::zero();
}

}  // namespace

HomeRegistration::HomeRegistration(const RegistrationSettings& settings)
    : settings_(settings), sender_(settings) {}

void HomeRegistration::register_paths(Instant now, std::vector<mobility::Path> paths,
                                      Actions& actions) {
    let_expired_binding_go(now, actions);
    const mobility::Path first = paths.front();
    if (session()) {
        paths.resize(1);
    }
    ask(now,
        {.paths = std::move(paths),
         .lifetime = settings_.lifetime,
         .by_handshake = !session(),
         .is_move = may_have_lost_packets()},
        actions);
    if (binding_ && !barred_) {
        // What proves data is shared already, so it need not wait for the acknowledgement.
        actions.emplace_back(mobility::DirectTunnel{settings_.home, first, tunnel_session()});
    }
}

void HomeRegistration::register_anew(Instant now, std::vector<mobility::Path> paths,
                                     Actions& actions) {
    let_expired_binding_go(now, actions);
    ask(now,
        {.paths = std::move(paths),
         .lifetime = settings_.lifetime,
         .by_handshake = true,
         .is_move = may_have_lost_packets()},
        actions);
}

void HomeRegistration::deregister(Instant now, const mobility::Path& path, Actions& actions) {
    let_expired_binding_go(now, actions);
    ask(now, {.paths = {path}, .lifetime = {}, .by_handshake = !session()}, actions);
}

void HomeRegistration::suspend(Actions& actions) {
    sender_.stop();
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
    if (barred_) {
        return;
    }
    suspended_ = false;
    update.timeout = binding_ ? std::chrono::nanoseconds(mobility::initial_bindack_timeout)
                              : settings_.first_registration_timeout;
    sender_.ask(now, std::move(update), terms(), actions);
}

HomeRegistration::Outcome HomeRegistration::on_acknowledgement(
    Instant now, const mobility::Authenticated<wire::MobilityMessage>& authenticated,
    const wire::BindingAcknowledgement& acknowledgement, Actions& actions) {
    // RFC 6275 §11.7.3: the sequence number must be that of an outstanding update; with status 135
    // it is the last one that the home agent has accepted.
    std::optional<SentUpdate> sent;
    if (const SentUpdate* found = sender_.outstanding(acknowledgement.sequence)) {
        sent = *found;
    } else if (acknowledgement.status == wire::BindingStatus::sequence_number_out_of_window &&
               sender_.latest() != nullptr) {
        sent = *sender_.latest();
    }
    const auto* handshake = std::get_if<mobility::InHandshake>(&authenticated.proof());
    // A grant of nothing is no binding, whatever the status says.
    const bool is_taken =
        sent && wire::is_accepted(acknowledgement.status) &&
        (acknowledgement.lifetime > wire::Lifetime::zero() || is_deregistration(sent->lifetime));
    Outcome outcome = Outcome::none;
    if (!sent) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
    } else if (is_taken) {
        outcome = on_accepted(now, *sent, authenticated.proof(), acknowledgement, actions);
    } else {
        outcome = on_refused(now, is_deregistration(sent->lifetime), acknowledgement, actions);
    }
    if (handshake != nullptr && session() != handshake->session) {
        actions.emplace_back(mobility::EndSession{handshake->session});
    }
    return outcome;
}

HomeRegistration::Outcome HomeRegistration::on_accepted(
    Instant now, const SentUpdate& sent, const mobility::Proof& proof,
    const wire::BindingAcknowledgement& acknowledgement, Actions& actions) {
    // The home agent goes by what it has heard last, which may be another path's update.
    const bool is_superseded = sender_.latest()->path != sent.path;
    sender_.stop();
    if (is_deregistration(sent.lifetime)) {
        forget_binding(actions);
        actions.emplace_back(mobility::Event{mobility::BindingRemoved{settings_.home}});
        return Outcome::deregistered;
    }
    // RFC 6275 §11.7.3: the lifetime counts from when the update was sent.
    const wire::Lifetime granted = std::min(acknowledgement.lifetime, sent.lifetime);
    const bool is_new = !binding_;
    if (is_new) {
        binding_.emplace();
    }
    binding_->path = sent.path;
    binding_->sequence = sent.sequence;
    binding_->granted = granted;
    binding_->expires = sent.at + granted;
    binding_->refresh_at = sent.at + refresh_after(granted);
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&proof)) {
        adopt_session(now, handshake->session, actions);
    } else if (std::holds_alternative<mobility::Unproven>(proof)) {
        actions.emplace_back(mobility::DirectTunnel{settings_.home, sent.path, std::nullopt});
    }
    resend(acknowledgement, actions);
    take_ipv4(acknowledgement, actions);
    const wire::CareOfAddress care_of{sent.path.local};
    actions.emplace_back(
        is_new ? mobility::Event{mobility::BindingRegistered{settings_.home, care_of, granted}}
               : mobility::Event{mobility::BindingRefreshed{settings_.home, care_of, granted}});
    if (is_superseded) {
        ask(now, {.paths = {sent.path}, .lifetime = settings_.lifetime, .by_handshake = !session()},
            actions);
    }
    return Outcome::registered;
}

// What the home agent had not received when the update came is sent again.
void HomeRegistration::resend(const wire::BindingAcknowledgement& acknowledgement,
                              Actions& actions) const {
    auto receptions = mobility::receptions(acknowledgement.options);
    if (!receptions.empty() && tunnel_session()) {
        actions.emplace_back(mobility::DirectTunnel{.home = settings_.home,
                                                    .path = binding_->path,
                                                    .session = tunnel_session(),
                                                    .receptions = std::move(receptions)});
    }
}

// RFC 5555 §4.4.1: without the option in the answer there is no IPv4 home address.
void HomeRegistration::take_ipv4(const wire::BindingAcknowledgement& acknowledgement,
                                 Actions& actions) {
    constexpr std::uint8_t least_failure = 128;
    const auto* answer = wire::find<wire::Ipv4AddressAcknowledgement>(acknowledgement.options);
    const bool is_granted = settings_.wants_ipv4 && answer != nullptr &&
                            answer->status < least_failure && answer->home != wire::Ipv4Address{};
    const auto granted = is_granted ? std::optional(answer->home) : std::nullopt;
    const bool is_new = granted != ipv4_home_;
    ipv4_home_ = granted;
    if (granted || is_new) {
        actions.emplace_back(mobility::CarryIpv4{settings_.home, granted});
    }
    if (granted && is_new) {
        actions.emplace_back(mobility::Event{mobility::Ipv4Bound{settings_.home, *granted}});
    }
}

HomeRegistration::Outcome HomeRegistration::on_refused(
    Instant now, bool was_deregistration, const wire::BindingAcknowledgement& acknowledgement,
    Actions& actions) {
    using enum wire::BindingStatus;
    if (acknowledgement.status == sequence_number_out_of_window) {
        sender_.adopt(acknowledgement.sequence);
        sender_.ask_again(now, terms(), actions);
        return Outcome::none;
    }
    if (was_deregistration && acknowledgement.status == not_home_agent_for_this_mobile_node) {
        // There was no binding to give up: what was asked for is the case.
        sender_.stop();
        forget_binding(actions);
        return Outcome::deregistered;
    }
    sender_.forget(acknowledgement.sequence);
    if (acknowledgement.status == authentication_failed) {
        sender_.distrust_session();
        sender_.ask_again(now, terms(), actions);
        return Outcome::none;
    }
    actions.emplace_back(
        mobility::Event{mobility::BindingRefused{settings_.home, acknowledgement.status}});
    barred_ = acknowledgement.status == duplicate_address_detection_failed;
    sender_.hold_off(now);
    if (barred_) {
        sender_.stop();
    }
    return Outcome::none;
}

void HomeRegistration::adopt_session(Instant now, mobility::SessionId session, Actions& actions) {
    if (binding_->session) {
        retiring_.push_back({*binding_->session, now + session_grace});
    }
    binding_->session = session;
    if (settings_.protection == mobility::Protection::sealed) {
        actions.emplace_back(mobility::AdmitSession{settings_.home, session});
    }
    actions.emplace_back(mobility::DirectTunnel{settings_.home, binding_->path, tunnel_session()});
    if (tunnel_session()) {
        actions.emplace_back(mobility::ConfirmSession{settings_.home});
    }
}

void HomeRegistration::on_doubt(Instant now, Actions& actions) {
    if ((!binding_ && !is_pending()) || suspended_ || barred_ ||
        (doubted_at_ && now < *doubted_at_ + doubt_interval)) {
        return;
    }
    doubted_at_ = now;
    if (!is_pending()) {
        refresh(now, actions);
        return;
    }
    sender_.distrust_session();
    sender_.ask_again(now, terms(), actions);
}

void HomeRegistration::on_doubt(Instant now, wire::SequenceNumber sequence, Actions& actions) {
    if (sender_.outstanding(sequence) != nullptr) {
        on_doubt(now, actions);
    }
}

void HomeRegistration::on_deadline(Instant now, Actions& actions) {
    end_retired_sessions(now, actions);
    let_expired_binding_go(now, actions);
    if (is_pending()) {
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
    if (const auto send_at = sender_.next_deadline()) {
        consider(*send_at);
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
