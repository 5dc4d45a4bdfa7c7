// What becomes of acknowledgements: RFC 6275 §11.7.3.

#include <algorithm>
#include <utility>

#include "client/core/home_registration.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "shared/wire/options/binding_refresh_advice.hpp"
#include "shared/wire/options/ipv4_address_acknowledgement.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

constexpr auto loss_interval = 64s;  // between losses that an answer about flows may show

// RFC 6275 §11.7.1: "well before" the end; there is room for four tries (1 + 2 + 4 + 8 s) where the
// lifetime allows, and never later than at 80 % or earlier than at half of it. Sooner where the
// home agent advises it (§6.2.4, §11.7.3).
std::chrono::nanoseconds refresh_after(std::chrono::nanoseconds granted,
                                       const wire::MobilityOptions& options) {
    const auto due =
        std::clamp<std::chrono::nanoseconds>(granted - 16s, granted / 2, granted / 5 * 4);
    const auto* advice = wire::find<wire::BindingRefreshAdvice>(options);
    return advice != nullptr && advice->refresh_interval > wire::Lifetime::zero()
               ? std::min<std::chrono::nanoseconds>(due, advice->refresh_interval)
               : due;
}

bool is_deregistration(wire::Lifetime lifetime) {
    return lifetime == wire::Lifetime::zero();
}

// RFC 5648 §5.7: what the option says of the binding goes before what the message says of all.
wire::BindingStatus status_of(const wire::BindingAcknowledgement& acknowledgement) {
    const auto* identifier = wire::find<wire::BindingIdentifier>(acknowledgement.options);
    return identifier != nullptr && identifier->status != 0
               ? wire::BindingStatus{identifier->status}
               : acknowledgement.status;
}

}  // namespace

HomeRegistration::Outcome HomeRegistration::on_acknowledgement(
    Instant now, const mobility::Authenticated<wire::MobilityMessage>& authenticated,
    const wire::BindingAcknowledgement& acknowledgement, Actions& actions) {
    // RFC 6275 §11.7.3: the sequence number must be that of an outstanding update; with status 135
    // it is the last one that the home agent has accepted.
    if (const auto beside = other_.answered_by(acknowledgement)) {
        on_answer_beside(now, *beside, acknowledgement, actions);
        return Outcome::none;
    }
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
        sent && wire::is_accepted(status_of(acknowledgement)) &&
        (acknowledgement.lifetime > wire::Lifetime::zero() || is_deregistration(sent->lifetime));
    Outcome outcome = Outcome::none;
    if (!sent) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
    } else if (is_taken) {
        outcome = on_accepted(now, *sent, authenticated.proof(), acknowledgement, actions);
    } else {
        outcome = on_refused(now, *sent, acknowledgement, actions);
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
    const bool is_first = sender_.paths().front() == sent.path;
    sender_.stop();
    take_dns(proof, acknowledgement, actions);
    if (is_deregistration(sent.lifetime)) {
        if (ask_next_.empty()) {
            actions.emplace_back(mobility::Event{mobility::BindingRemoved{settings_.home}});
        }
        return on_deregistered(now, actions);
    }
    has_given_up_other_kind_ = false;
    // RFC 6275 §11.7.3: the lifetime counts from when the update was sent.
    const wire::Lifetime granted = std::min(acknowledgement.lifetime, sent.lifetime);
    const bool is_new = !binding_;
    if (is_new) {
        binding_.emplace();
    }
    is_revoked_ = false;
    ask_not_before_.reset();
    binding_->path = sent.path;
    binding_->sequence = sent.sequence;
    binding_->granted = granted;
    binding_->expires = sent.at + granted;
    binding_->refresh_at = sent.at + refresh_after(granted, acknowledgement.options);
    note_bound(sent, acknowledgement);
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&proof)) {
        sender_.on_session(sent.sequence);
        adopt_session(now, handshake->session, actions);
    } else if (std::holds_alternative<mobility::Unproven>(proof)) {
        actions.emplace_back(mobility::DirectTunnel{settings_.home, sent.path, std::nullopt});
    } else if (!is_first) {  // data has gone along the first
        actions.emplace_back(mobility::DirectTunnel{settings_.home, sent.path, tunnel_session()});
    }
    resend(acknowledgement, actions);
    take_flows(now, sent, acknowledgement, actions);
    const bool asks_for_any_ipv4 = take_ipv4(acknowledgement, actions);
    network_.on_accepted(sent.names_network, acknowledgement.mobile_router, actions);
    const wire::CareOfAddress care_of{sent.path.local};
    actions.emplace_back(
        is_new ? mobility::Event{mobility::BindingRegistered{settings_.home, care_of, granted}}
               : mobility::Event{mobility::BindingRefreshed{settings_.home, care_of, granted}});
    if (is_superseded || asks_for_any_ipv4) {
        ask(now, {.paths = {sent.path}, .lifetime = settings_.lifetime, .by_handshake = !session()},
            actions);
    }
    return Outcome::registered;
}

// RFC 5648 §5.7: without the option in the answer the home agent does not know it.
void HomeRegistration::note_bound(const SentUpdate& sent,
                                  const wire::BindingAcknowledgement& acknowledgement) {
    has_identifiers_ =
        has_identifiers_ && wire::find<wire::BindingIdentifier>(acknowledgement.options) != nullptr;
    bound_.on_bound(sent.path, sent.in_place_of_all || !has_identifiers_);
    if (other_.bound() && (*other_.bound() == sent.path || !bound_.contains(*other_.bound()))) {
        other_.stop();  // it is the one in use now, or has gone
    }
}

void HomeRegistration::on_answer_beside(Instant now, const SentUpdate& sent,
                                        const wire::BindingAcknowledgement& acknowledgement,
                                        Actions& actions) {
    const auto status = status_of(acknowledgement);
    const bool is_known = wire::find<wire::BindingIdentifier>(acknowledgement.options) != nullptr;
    if (is_known && wire::is_accepted(status) &&
        acknowledgement.lifetime > wire::Lifetime::zero()) {
        other_.on_bound(sent, acknowledgement);
        bound_.on_bound(sent.path, false);
        return;
    }
    other_.on_refused();
    // It is not about this one that it knows the one in use without a number.
    is_beside_unwanted_ = status != wire::BindingStatus::mcoa_non_mcoa_binding_exists;
    has_identifiers_ = is_known && status != wire::BindingStatus::mcoa_prohibited;
    if (status == wire::BindingStatus::mcoa_non_mcoa_binding_exists && !is_pending()) {
        bound_.remove(sent.path);
        tell_again(now, actions);  // in place of all that there are
    }
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

// RFC 6089 §4.2: a flow names a binding that the home agent has acknowledged, and does not know. If
// that is so again soon after it was registered anew, that does not help.
bool HomeRegistration::shows_loss(Instant now, const std::vector<RefusedFlow>& refused) const {
    const bool is_recent = loss_shown_at_ && now < *loss_shown_at_ + loss_interval;
    return !is_recent && bound_.has_other_than(binding_->path) &&
           std::ranges::find(refused, wire::FlowBindingStatus::binding_not_found,
                             &RefusedFlow::status) != refused.end();
}

// After an update without flows the home agent has none, so none that it refuses.
void HomeRegistration::take_flows(Instant now, const SentUpdate& sent,
                                  const wire::BindingAcknowledgement& acknowledgement,
                                  Actions& actions) {
    auto refused = client::refused_flows(sent.flows, acknowledgement.options);
    if (shows_loss(now, refused)) {
        loss_shown_at_ = now;
        lose_others();
        refused.clear();  // they follow the bindings
    }
    if (refused != refused_flows_ && !refused.empty()) {
        const RefusedFlow& first = refused.front();
        actions.emplace_back(mobility::Event{
            mobility::FlowsRefused{settings_.home, refused.size(), first.status, first.is_told}});
    }
    refused_flows_ = std::move(refused);
}

// RFC 5555 §4.4.1: without the option in the answer there is no IPv4 home address. Whether the one
// that was asked for by name is refused, so that another one may be had.
bool HomeRegistration::take_ipv4(const wire::BindingAcknowledgement& acknowledgement,
                                 Actions& actions) {
    constexpr std::uint8_t least_failure = 128;
    const auto* answer = wire::find<wire::Ipv4AddressAcknowledgement>(acknowledgement.options);
    const bool is_granted = settings_.wants_ipv4 && answer != nullptr &&
                            answer->status < least_failure && answer->home != wire::Ipv4Address{};
    const auto granted = is_granted ? std::optional(answer->home) : std::nullopt;
    const bool is_new = granted != ipv4_home_;
    const bool is_another_to_be_had =
        ipv4_home_ && answer != nullptr && answer->status >= least_failure;
    ipv4_home_ = granted;
    if (granted || is_new) {
        actions.emplace_back(mobility::CarryIpv4{settings_.home, granted});
    }
    if (granted && is_new) {
        actions.emplace_back(mobility::Event{mobility::Ipv4Bound{settings_.home, *granted}});
    }
    return is_another_to_be_had;
}

// The home agent tells it with each new session: without the option it has none to tell. Where
// nothing is sealed every acknowledgement is one of those.
void HomeRegistration::take_dns(const mobility::Proof& proof,
                                const wire::BindingAcknowledgement& acknowledgement,
                                Actions& actions) {
    if (std::holds_alternative<mobility::InSession>(proof)) {
        return;
    }
    auto told =
        mobility::dns_configuration(acknowledgement.options).value_or(mobility::DnsConfiguration{});
    if (told != dns_) {
        dns_ = std::move(told);
        actions.emplace_back(mobility::Event{mobility::DnsConfigured{settings_.home, dns_}});
    }
}

HomeRegistration::Outcome HomeRegistration::on_deregistered(Instant now, Actions& actions) {
    forget_binding(actions);
    if (ask_next_.empty()) {
        is_revoked_ = false;  // it is where it should be without a binding
        return Outcome::deregistered;
    }
    has_given_up_other_kind_ = true;
    ask(now,
        {.paths = std::exchange(ask_next_, {}),
         .lifetime = settings_.lifetime,
         .by_handshake = true,
         .follows_offers = true},
        actions);
    return Outcome::none;
}

// RFC 3963 §6.2: the home agent has a binding with R and the update has none, or the reverse: that
// binding is from before this program was started, or was configured otherwise, or its prefixes are
// refused now. The path may die meanwhile, and another one will do as well.
void HomeRegistration::give_up_other_kind(Instant now, const mobility::Path& path,
                                          Actions& actions) {
    std::vector<mobility::Path> paths = sender_.paths();
    ask(now, {.paths = {path}, .lifetime = {}, .by_handshake = !session(), .follows_offers = true},
        actions);
    ask_next_ = std::move(paths);
}

bool HomeRegistration::ask_otherwise(Instant now, const SentUpdate& sent,
                                     wire::BindingStatus status, Actions& actions) {
    if (status == wire::BindingStatus::authentication_failed) {
        network_.ask_again();  // it has no binding
        sender_.distrust_session();
        sender_.ask_again(now, terms(), actions);
        return true;
    }
    // RFC 3963 §5.4.2: never again with R for as long as there is the binding; without it the home
    // address goes on.
    if (sent.names_network && NetworkRegistration::is_about_networks(status)) {
        if (network_.on_refused(status, actions)) {
            sender_.ask_again(now, terms(), actions);
        }
        return true;
    }
    // RFC 3963 §6.2: they were named again because it might have lost the binding that it took
    // without them, and it has not.
    if (sent.names_network && status == wire::BindingStatus::registration_type_change_disallowed &&
        binding_ && !network_.is_carried()) {
        if (network_.on_kept_without(status, actions)) {
            sender_.ask_again(now, terms(), actions);
        }
        return true;
    }
    // It has as many bindings of this node as it keeps, of interfaces that have gone among them.
    if (status == wire::BindingStatus::insufficient_resources && terms().bound != nullptr &&
        bound_.has_other_than(sent.path)) {
        bound_.clear();  // so it is in place of all of them
        sender_.ask_again(now, terms(), actions);
        return true;
    }
    if (status == wire::BindingStatus::registration_type_change_disallowed &&
        !is_deregistration(sent.lifetime) && !has_given_up_other_kind_) {
        give_up_other_kind(now, sent.path, actions);
        return true;
    }
    return false;
}

HomeRegistration::Outcome HomeRegistration::on_refused(
    Instant now, const SentUpdate& sent, const wire::BindingAcknowledgement& acknowledgement,
    Actions& actions) {
    using enum wire::BindingStatus;
    const wire::BindingStatus status = status_of(acknowledgement);
    if (status == sequence_number_out_of_window) {
        sender_.adopt(acknowledgement.sequence);
        sender_.ask_again(now, terms(), actions);
        return Outcome::none;
    }
    if (is_deregistration(sent.lifetime) && status == not_home_agent_for_this_mobile_node) {
        // There was no binding to give up: what was asked for is the case.
        sender_.stop();
        return on_deregistered(now, actions);
    }
    sender_.forget(acknowledgement.sequence);
    if (ask_otherwise(now, sent, status, actions)) {
        return Outcome::none;
    }
    actions.emplace_back(mobility::Event{mobility::BindingRefused{settings_.home, status}});
    if (status == mcoa_prohibited && terms().bound != nullptr) {
        has_identifiers_ = false;  // RFC 5648 §5.7: one binding may be allowed still
        sender_.ask_again(now, terms(), actions);
        return Outcome::none;
    }
    if (is_revoked_) {
        wait_when_revoked(now);
        return Outcome::none;
    }
    if (status == invalid_care_of_address) {  // another one may do
        sender_.hold_off_from(now, sent.path.local, terms());
        return Outcome::none;
    }
    barred_ = status == duplicate_address_detection_failed;
    sender_.hold_off(now);
    if (barred_) {
        sender_.stop();
    }
    return Outcome::none;
}

void HomeRegistration::adopt_session(Instant now, mobility::SessionId session, Actions& actions) {
    if (binding_->session) {
        // Where data is not sealed, the home agent changes over with its answer.
        retiring_.push_back({*binding_->session, now + session_grace,
                             settings_.protection == mobility::Protection::sealed});
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

}  // namespace godwit::client
