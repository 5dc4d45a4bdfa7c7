#include "client/core/home_registration.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/options/alternate_care_of_address.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

// The previous session still opens what was sealed before the other end changed over.
constexpr auto session_grace = 30s;
// A home agent that restarted answers nothing under the session, unless its hint gets through.
constexpr std::size_t tries_in_session = 2;
constexpr auto doubt_interval = 1s;
constexpr std::size_t max_outstanding = 8;  // sequence numbers whose acknowledgement still counts

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
    : settings_(settings), sequence_(settings.first_sequence) {}

void HomeRegistration::register_path(Instant now, const mobility::Path& path, Actions& actions) {
    let_expired_binding_go(now, actions);
    ask(now, {.path = path, .lifetime = settings_.lifetime, .by_handshake = !session()}, actions);
    if (binding_ && !barred_) {
        // What proves data is shared already, so it need not wait for the acknowledgement.
        actions.emplace_back(mobility::DirectTunnel{settings_.home, path, tunnel_session()});
    }
}

void HomeRegistration::deregister(Instant now, const mobility::Path& path, Actions& actions) {
    let_expired_binding_go(now, actions);
    ask(now, {.path = path, .lifetime = {}, .by_handshake = !session()}, actions);
}

void HomeRegistration::suspend() {
    pending_.reset();
    suspended_ = true;
}

// Keys never get older than a lifetime.
void HomeRegistration::refresh(Instant now, Actions& actions) {
    ask(now, {.path = binding_->path, .lifetime = settings_.lifetime, .by_handshake = true},
        actions);
}

void HomeRegistration::ask(Instant now, PendingUpdate update, Actions& actions) {
    if (barred_) {
        return;
    }
    suspended_ = false;
    update.timeout = binding_ ? std::chrono::nanoseconds(mobility::initial_bindack_timeout)
                              : settings_.first_registration_timeout;
    pending_ = std::move(update);
    send_now_or_later(now, actions);
}

void HomeRegistration::send_now_or_later(Instant now, Actions& actions) {
    pending_->send_at = rate_.earliest(now);
    if (pending_->send_at <= now) {
        send(now, actions);
    }
}

void HomeRegistration::send(Instant now, Actions& actions) {
    PendingUpdate& update = *pending_;
    if (!update.sent.empty()) {
        actions.emplace_back(mobility::Event{
            mobility::NoAcknowledgement{{update.path.local}, now - update.sent.back().at}});
    }
    if (update.sent.size() >= tries_in_session) {
        update.by_handshake = true;
    }
    // RFC 6275 §11.8: each retransmission has a newer sequence number.
    sequence_ = sequence_.next();
    const wire::BindingUpdate message{
        .sequence = sequence_,
        .acknowledge = true,
        .home_registration = true,
        .lifetime = update.lifetime,
        // RFC 6275 §11.7.1: always, since nothing else that is authenticated names the address.
        .options = {wire::AlternateCareOfAddress{{update.path.local}}}};
    actions.emplace_back(mobility::SendMessage{
        .path = update.path, .home = settings_.home, .message = message, .seal = seal()});
    rate_.on_done(now);
    if (update.sent.size() == max_outstanding) {
        update.sent.erase(update.sent.begin());
    }
    update.sent.push_back({sequence_, now, update.lifetime});
    update.send_at = now + update.timeout;
    update.timeout =
        std::min<std::chrono::nanoseconds>(2 * update.timeout, mobility::max_bindack_timeout);
}

mobility::Seal HomeRegistration::seal() const {
    if (settings_.protection == mobility::Protection::none) {
        return mobility::Unprotected{};
    }
    if (pending_->by_handshake || !session()) {
        return mobility::StartHandshake{};
    }
    return mobility::InSession{*session()};
}

HomeRegistration::Outcome HomeRegistration::on_acknowledgement(
    Instant now, const mobility::Authenticated<wire::MobilityMessage>& authenticated,
    const wire::BindingAcknowledgement& acknowledgement, Actions& actions) {
    // RFC 6275 §11.7.3: the sequence number must be that of an outstanding update; with status 135
    // it is the last one that the home agent has accepted.
    std::optional<SentUpdate> sent;
    if (const SentUpdate* found = outstanding(acknowledgement.sequence)) {
        sent = *found;
    } else if (acknowledgement.status == wire::BindingStatus::sequence_number_out_of_window &&
               pending_ && !pending_->sent.empty()) {
        sent = pending_->sent.back();
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
    const mobility::Path path = pending_->path;
    pending_.reset();
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
    binding_->path = path;
    binding_->sequence = sent.sequence;
    binding_->granted = granted;
    binding_->expires = sent.at + granted;
    binding_->refresh_at = sent.at + refresh_after(granted);
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&proof)) {
        adopt_session(now, handshake->session, actions);
    } else if (std::holds_alternative<mobility::Unproven>(proof)) {
        actions.emplace_back(mobility::DirectTunnel{settings_.home, path, std::nullopt});
    }
    const wire::CareOfAddress care_of{path.local};
    actions.emplace_back(
        is_new ? mobility::Event{mobility::BindingRegistered{settings_.home, care_of, granted}}
               : mobility::Event{mobility::BindingRefreshed{settings_.home, care_of, granted}});
    return Outcome::registered;
}

HomeRegistration::Outcome HomeRegistration::on_refused(
    Instant now, bool was_deregistration, const wire::BindingAcknowledgement& acknowledgement,
    Actions& actions) {
    using enum wire::BindingStatus;
    if (acknowledgement.status == sequence_number_out_of_window) {
        sequence_ = acknowledgement.sequence;
        pending_->sent.clear();
        send_now_or_later(now, actions);
        return Outcome::none;
    }
    if (was_deregistration && acknowledgement.status == not_home_agent_for_this_mobile_node) {
        // There was no binding to give up: what was asked for is the case.
        pending_.reset();
        forget_binding(actions);
        return Outcome::deregistered;
    }
    // It has been answered; only what is still outstanding can be answered again.
    std::erase_if(pending_->sent, [&](const SentUpdate& sent) {
        return sent.sequence == acknowledgement.sequence;
    });
    if (acknowledgement.status == authentication_failed) {
        pending_->by_handshake = true;
        send_now_or_later(now, actions);
        return Outcome::none;
    }
    actions.emplace_back(
        mobility::Event{mobility::BindingRefused{settings_.home, acknowledgement.status}});
    barred_ = acknowledgement.status == duplicate_address_detection_failed;
    pending_->send_at = now + mobility::max_bindack_timeout;
    pending_->timeout = mobility::max_bindack_timeout;
    if (barred_) {
        pending_.reset();
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
    if ((!binding_ && !pending_) || suspended_ || barred_ ||
        (doubted_at_ && now < *doubted_at_ + doubt_interval)) {
        return;
    }
    doubted_at_ = now;
    if (!pending_) {
        refresh(now, actions);
        return;
    }
    pending_->by_handshake = true;
    send_now_or_later(now, actions);
}

void HomeRegistration::on_doubt(Instant now, wire::SequenceNumber sequence, Actions& actions) {
    if (outstanding(sequence) != nullptr) {
        on_doubt(now, actions);
    }
}

void HomeRegistration::on_deadline(Instant now, Actions& actions) {
    end_retired_sessions(now, actions);
    let_expired_binding_go(now, actions);
    if (pending_ && now >= pending_->send_at) {
        send_now_or_later(now, actions);
    } else if (const auto due = refresh_due(); due && now >= *due) {
        refresh(now, actions);
    }
}

std::optional<Instant> HomeRegistration::next_deadline() const {
    std::optional<Instant> next;
    const auto consider = [&next](Instant instant) {
        next = next ? std::min(*next, instant) : instant;
    };
    if (pending_) {
        consider(pending_->send_at);
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
    return binding_ && !pending_ && !suspended_ && !barred_ ? std::optional(binding_->refresh_at)
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

const SentUpdate* HomeRegistration::outstanding(wire::SequenceNumber sequence) const {
    if (!pending_) {
        return nullptr;
    }
    const auto found = std::ranges::find(pending_->sent, sequence, &SentUpdate::sequence);
    return found != pending_->sent.end() ? &*found : nullptr;
}

std::optional<mobility::SessionId> HomeRegistration::session() const {
    return binding_ ? binding_->session : std::nullopt;
}

std::optional<mobility::SessionId> HomeRegistration::tunnel_session() const {
    return settings_.protection == mobility::Protection::sealed ? session() : std::nullopt;
}

}  // namespace godwit::client
