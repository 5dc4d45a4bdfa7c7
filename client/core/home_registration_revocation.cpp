// What becomes of a Binding Revocation Indication: RFC 5846 §6.1.2, §6.2.1, §10.

#include <algorithm>
#include <utility>

#include "client/core/home_registration.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;
using wire::RevocationStatus;
using wire::RevocationTrigger;

namespace {

using namespace std::chrono_literals;

constexpr auto kick_interval = 1s;      // a home agent that ends each binding is not asked faster
constexpr auto revoked_interval = 15s;  // as long as whoever enables him again will wait
constexpr std::size_t tries_when_revoked = 2;

bool is_known(RevocationTrigger trigger) {
    using enum RevocationTrigger;
    return trigger == unspecified || trigger == administrative_reason ||
           trigger == user_initiated_session_termination ||
           trigger == access_network_session_termination ||
           trigger == possible_out_of_sync_binding_cache;
}

// §6.1.2: the sequence number and the flags are the indication's.
wire::BindingRevocationAcknowledgement answer_to(
    const wire::BindingRevocationIndication& indication, RevocationStatus status) {
    return {.status = status,
            .sequence = indication.sequence,
            .proxy_binding = indication.proxy_binding,
            .ipv4_home_address_only = indication.ipv4_home_address_only,
            .global = indication.global,
            .options = {}};
}

}  // namespace

HomeRegistration::Outcome HomeRegistration::on_revocation(
    Instant now, const mobility::Received& received, const mobility::Proof& proof,
    const wire::BindingRevocationIndication& indication, Actions& actions) {
    const auto session = mobility::session_of(proof);
    forget_revocations_of_ended_sessions();
    const bool is_repeated =
        session && std::ranges::find(revocations_, Revocation{*session, indication.sequence}) !=
                       revocations_.end();
    if (!session || (!is_repeated && !may_end_binding(*session))) {  // §10
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
        return Outcome::none;
    }
    const RevocationStatus status =
        is_repeated ? RevocationStatus::success : judge_revocation(indication);
    actions.emplace_back(mobility::SendMessage{.path = received.path,
                                               .home = settings_.home,
                                               .message = answer_to(indication, status),
                                               .seal = mobility::InSession{*session}});
    if (is_repeated || status != RevocationStatus::success) {
        return Outcome::none;
    }
    revocations_.push_back({.session = *session, .sequence = indication.sequence});
    if (indication.ipv4_home_address_only) {
        ipv4_home_.reset();
        actions.emplace_back(mobility::CarryIpv4{settings_.home, std::nullopt});
        return Outcome::none;
    }
    if (!names_binding_in_use(indication)) {
        leave_beside();
        is_beside_unwanted_ = true;
        return Outcome::none;
    }
    take_revocation(now, indication.trigger, actions);
    return Outcome::revoked;
}

// One that has been held back speaks of a binding that was there before.
bool HomeRegistration::may_end_binding(mobility::SessionId session) const {
    return this->session() == session ||
           std::ranges::any_of(retiring_, [&](const RetiringSession& retiring) {
               return retiring.session == session && retiring.may_revoke;
           });
}

void HomeRegistration::on_heard(mobility::SessionId session) {
    if (this->session() == session) {
        for (RetiringSession& before : retiring_) {
            before.may_revoke = false;
        }
    }
}

void HomeRegistration::forget_revocations_of_ended_sessions() {
    std::erase_if(revocations_, [this](const Revocation& revocation) {
        return session() != revocation.session &&
               std::ranges::find(retiring_, revocation.session, &RetiringSession::session) ==
                   retiring_.end();
    });
}

RevocationStatus HomeRegistration::judge_revocation(
    const wire::BindingRevocationIndication& indication) const {
    using enum RevocationStatus;
    if (indication.proxy_binding) {
        return proxy_binding_revocation_not_supported;
    }
    if (indication.global) {
        return revocation_function_not_supported;
    }
    if (!is_known(indication.trigger)) {
        return revocation_trigger_not_supported;
    }
    if (indication.ipv4_home_address_only) {
        const auto* option = wire::find<wire::Ipv4HomeAddress>(indication.options);
        if (option == nullptr) {
            return ipv4_home_address_option_required;
        }
        return ipv4_home_ == option->home ? success : binding_does_not_exist;
    }
    const bool names_any = wire::find<wire::BindingIdentifier>(indication.options) != nullptr;
    const bool names_other = other_.bound() && names_binding(indication, *other_.bound());
    return !names_any || names_other || names_binding_in_use(indication) ? success
                                                                         : binding_does_not_exist;
}

// §10: all of them, where none is named.
bool HomeRegistration::names_binding_in_use(
    const wire::BindingRevocationIndication& indication) const {
    return wire::find<wire::BindingIdentifier>(indication.options) == nullptr ||
           names_binding(indication, binding_->path);
}

bool HomeRegistration::names_binding(const wire::BindingRevocationIndication& indication,
                                     const mobility::Path& path) {
    return std::ranges::any_of(indication.options, [&](const wire::MobilityOption& option) {
        const auto* identifier = std::get_if<wire::BindingIdentifier>(&option);
        return identifier != nullptr && identifier->id == binding_id(path);
    });
}

// The sessions live on for a while, but end nothing more: the acknowledgement may be lost, and then
// the home agent asks again under them.
void HomeRegistration::take_revocation(Instant now, RevocationTrigger trigger, Actions& actions) {
    on_heard(*session());
    auto retiring = std::exchange(retiring_, {});
    retiring.push_back(
        {*std::exchange(binding_->session, std::nullopt), now + session_grace, false});
    sender_.stop();
    forget_binding(actions);
    retiring_ = std::move(retiring);
    actions.emplace_back(mobility::Event{mobility::BindingRevoked{settings_.home, trigger}});
    is_revoked_ = trigger == RevocationTrigger::user_initiated_session_termination;
    if (is_revoked_) {
        wait_when_revoked(now);
    } else {
        ask_not_before_ = ended_at_ ? std::max(now, *ended_at_ + kick_interval) : now;
    }
    ended_at_ = now;
}

void HomeRegistration::wait_when_revoked(Instant now) {
    sender_.stop();
    ask_not_before_ = now + revoked_interval;
}

void HomeRegistration::give_up_if_revoked(Instant now) {
    if (is_revoked_ && sender_.unanswered_tries(now) >= tries_when_revoked) {
        wait_when_revoked(now);
    }
}

}  // namespace godwit::client
