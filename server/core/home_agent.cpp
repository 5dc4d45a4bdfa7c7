#include "server/core/home_agent.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/core/acknowledgement.hpp"
#include "server/core/ipv4_home_address.hpp"
#include "server/core/mobile_network.hpp"
#include "server/core/telling.hpp"
#include "shared/mobility/constants.hpp"

namespace godwit::server {
namespace {

using mobility::Actions;
using mobility::Instant;

constexpr std::size_t usual_actions = 8;  // that follow from a message

void drop(mobility::DropReason reason, Actions& actions) {
    actions.emplace_back(mobility::Event{mobility::MessageDropped{reason}});
}

// A session that came with an update which led to no binding.
void end_new_session(const mobility::Proof& proof, Actions& actions) {
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&proof)) {
        actions.emplace_back(mobility::EndSession{handshake->session});
    }
}
void end_new_session(const Request& request, Actions& actions) {
    end_new_session(request.proof, actions);
}

}  // namespace

HomeAgent::HomeAgent(HomeAgentSettings settings)
    : settings_(std::move(settings)),
      registry_(settings_.mobile_nodes),
      checks_(settings_.checks),
      others_(settings_.checks.random),
      hint_answers_(settings_, registry_) {}

std::size_t HomeAgent::entries() const {
    return cache_.size() + owners_.size() + checks_.size() + receptions_.size() + others_.size() +
           flows_.size() + moves_.size() + delayed_answers_.size() + reunion_.size() +
           revocations_.size() + hint_answers_.size();
}

Actions HomeAgent::on_restart(Instant now, const std::vector<LostBinding>& lost) {
    reunion_.begin(now, lost);
    return on_deadline(now);
}

Actions HomeAgent::on_received(Instant now, const mobility::Received& received) {
    Actions actions = on_deadline(now);  // what has expired is gone, whether or not a timer has run
    actions.reserve(actions.size() + usual_actions);
    if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
        if (auto answer = hint_answers_.on_hint(now, received, *hint)) {
            actions.emplace_back(*std::move(answer));
            if (hint->kind == mobility::Hint::Kind::join_refused) {
                drop(mobility::DropReason::handshake_refused, actions);
            }
        } else {
            drop(answer.error(), actions);
        }
        return actions;
    }
    const auto& message = std::get<0>(received.content);
    if (!may_ask(now, received, message)) {
        drop(mobility::DropReason::rate_limited, actions);
        end_new_session(message.proof(), actions);
        return finished(std::move(actions));
    }
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message.message())) {
        on_update(now,
                  {.received = received,
                   .update = *update,
                   .peer = message.peer(),
                   .proof = message.proof(),
                   .care_of = care_of_address(now, received, *update),
                   .identifier = wire::find<wire::BindingIdentifier>(update->options)},
                  actions);
    } else if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&message.message())) {
        on_heartbeat(now, received, message, *heartbeat, actions);
    } else if (const auto* end =
                   std::get_if<wire::BindingRevocationAcknowledgement>(&message.message());
               end == nullptr || !revocations_.on_acknowledgement(received.home, message.proof(),
                                                                  end->sequence, actions)) {
        drop(mobility::DropReason::not_expected, actions);
    }
    return finished(std::move(actions));
}

// What has come sealed through a tunnel has had its turn
// (shared/runtime/tunnel_worker_inbound.cpp). In a laboratory anybody could use up what another one
// may ask.
bool HomeAgent::may_ask(Instant now, const mobility::Received& received,
                        const mobility::Authenticated<wire::MobilityMessage>& message) {
    Allowance* allowance = registry_.allowance(message.peer());
    if (allowance == nullptr || std::holds_alternative<mobility::InTunnel>(message.proof()) ||
        std::holds_alternative<mobility::Unproven>(message.proof())) {
        return true;
    }
    const Binding* entry = cache_.find(received.home, now);
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message.message())) {
        return allowance->take_update(
            now, entry != nullptr && !update->sequence.is_newer_than(entry->sequence));
    }
    return allowance->take_message(
        now, entry != nullptr && entry->is_valid && is_of_a_binding(*entry, received.path));
}

void HomeAgent::on_update(Instant now, const Request& request, Actions& actions) {
    const wire::HomeAddress& home = request.received.home;
    const Binding* entry = cache_.find(home, now);
    const Binding* in_use = entry != nullptr && entry->is_valid ? entry : nullptr;
    auto unheard = silent_discard(request, registry_.find(request.peer));
    // RFC 6275 §9.5.1: without H it is for correspondents, with proofs of its own. RFC 3963 §6.2
    // wants an answer to R.
    if (!unheard && in_use == nullptr && !request.update.home_registration &&
        !request.update.mobile_router) {
        unheard = mobility::DropReason::not_home_registration;
    }
    if (unheard) {
        drop(*unheard, actions);
        return end_new_session(request, actions);
    }
    const auto others = others_.of(home);
    if (!request.is_deregistration() && !registry_.find(request.peer)->may_register) {
        refuse(request, wire::BindingStatus::administratively_prohibited, entry, actions);
    } else if (const auto status = refusal(request, entry, others, settings_)) {
        refuse(request, *status, entry, actions);
    } else if (const auto unserved = network_refusal(request, registry_, in_use, settings_)) {
        refuse(request, *unserved, entry, actions);
    } else if (!request.is_deregistration() &&
               is_behind_itself(now, home, whereabouts(request).path.remote)) {
        refuse(request, wire::BindingStatus::invalid_care_of_address, entry, actions);
    } else if (request.is_deregistration()) {
        if (request.identifier != nullptr && !others.empty()) {
            deregister_one(now, request, *in_use, actions);
        } else {
            deregister(now, request, actions);
        }
    } else if (in_use == nullptr && !is_free(request, entry, actions)) {
        return;
    } else if (in_use != nullptr && is_over_for(now, request, *in_use)) {
        refuse(request, wire::BindingStatus::administratively_prohibited, entry, actions);
    } else {
        if (in_use != nullptr) {
            let_stay_if_over(now, request, *in_use);
        }
        take(now, request, entry, actions);
    }
    switches_.on_contact(now, home);
}

void HomeAgent::register_binding(Instant now, const Request& request, const Binding* entry,
                                 Actions& actions) {
    const MobileNodeRecord& owner = *registry_.find(request.peer);
    const std::optional<Binding> before =
        entry != nullptr && entry->is_valid ? std::optional(*entry) : std::nullopt;
    const Binding* was = before ? &*before : nullptr;
    const Ipv4Verdict ipv4 = judge_ipv4(request.update, owner, was != nullptr && was->ipv4);
    const wire::Lifetime granted = this->granted(now, request, was);
    Binding binding{
        .home = request.received.home,
        .binding_id = request.identifier != nullptr ? request.identifier->id : std::uint16_t{0},
        .priority = request.identifier != nullptr ? request.identifier->priority : std::uint8_t{0},
        .sequence = request.update.sequence,
        .granted = granted,
        .expires = now + granted,
        .is_valid = true,
        .protection = owner.protection,
        .ipv4 = ipv4.home,
        .is_router = request.update.mobile_router,
        .network_prefixes = network_prefixes(request, owner),
        .sessions = entry != nullptr ? entry->sessions : BindingSessions{}};
    if (was == nullptr) {
        binding.sessions.end_all(actions);
    }
    auto receptions = mobility::receptions(request.update.options);
    receptions_.erase(binding.home);
    const auto flows = flows_.on_update(binding.home, request.update, ids_after(request, was));
    actions.emplace_back(acceptance(request, granted, ipv4.answer, flows, settings_));
    take_session(now, request, binding, actions);
    const bool had_nat = was != nullptr && was->is_behind_nat() && was->care_of == request.care_of;
    tell_of_nat(request, had_nat, settings_.nat_keepalive, actions);
    const bool waits_for_resent = !receptions.empty();
    const bool is_known = make_way(now, request, was);
    place(now, whereabouts(request), was, binding, actions, std::move(receptions), is_known);
    others_.ask(now, binding, actions);
    carry_ipv4(binding, was != nullptr ? was->ipv4 : std::nullopt, actions);
    carry_prefixes(binding, was != nullptr ? was->network_prefixes : std::vector<wire::Prefix>(),
                   actions);
    const mobility::Event event = told(request, binding, was);
    actions.emplace_back(event);
    cache_.put(binding);
    if (const auto* moved = std::get_if<mobility::BindingMoved>(&event)) {
        watch_move(now, *moved, binding.path, waits_for_resent, actions);
    }
    route_flows(now, binding.home, actions);
    reunion_.forget(binding.home);
    revocations_.drop(binding.home, actions);
}

void HomeAgent::take_session(Instant now, const Request& request, Binding& binding,
                             Actions& actions) {
    BindingSessions& sessions = binding.sessions;
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&request.proof)) {
        owners_.emplace(handshake->session, binding.home);
        sessions.add(handshake->session, actions);
        if (binding.protection == mobility::Protection::sealed) {
            actions.emplace_back(mobility::AdmitSession{binding.home, handshake->session});
        } else {
            sessions.on_heard(now, handshake->session, actions);  // it only signs, and has done so
        }
    } else if (const auto* session = std::get_if<mobility::InSession>(&request.proof)) {
        sessions.on_heard(now, session->session, actions);
    }
}

void HomeAgent::deregister(Instant now, const Request& request, Actions& actions) {
    const wire::HomeAddress& home = request.received.home;
    // RFC 6275 §10.3.2: interception MUST stop at once; the entry stays for a while, as invalid.
    cache_.change(home, [&](Binding& entry) {
        entry.is_valid = false;
        entry.sequence = request.update.sequence;
        entry.expires = now + mobility::max_delete_bce_timeout;
    });
    checks_.on_binding_ended(now, home);
    end_beside(home);
    actions.emplace_back(mobility::CloseTunnel{home});
    actions.emplace_back(acceptance(request, {}, {}, {}, settings_));
    end_new_session(request, actions);
    actions.emplace_back(mobility::Event{mobility::BindingRemoved{home}});
}

// RFC 6275 §10.3.1: that nobody else on the home link has the address is known before the first
// binding. Until it is, nothing is answered: the mobile node asks again after 1.5 s (§13), which is
// what that time is for.
bool HomeAgent::is_free(const Request& request, const Binding* entry, Actions& actions) const {
    switch (settings_.claim ? settings_.claim(request.received.home) : AddressClaim::free) {
        case AddressClaim::free:
            return true;
        case AddressClaim::undecided:
            drop(mobility::DropReason::address_in_question, actions);
            end_new_session(request, actions);
            return false;
        case AddressClaim::taken:
            refuse(request, wire::BindingStatus::duplicate_address_detection_failed, entry,
                   actions);
            return false;
    }
    std::unreachable();
}

void HomeAgent::refuse(const Request& request, wire::BindingStatus status, const Binding* entry,
                       Actions& actions) const {
    // §9.5.1: too old a number is answered with the last one accepted.
    const bool is_late = status == wire::BindingStatus::sequence_number_out_of_window;
    actions.emplace_back(
        acknowledgement(request,
                        {.status = status,
                         .sequence = is_late ? entry->sequence : request.update.sequence,
                         .lifetime = {},
                         .options = {}},
                        settings_.nat_keepalive));
    end_new_session(request, actions);
    actions.emplace_back(mobility::Event{mobility::BindingRefused{request.received.home, status}});
}

Actions HomeAgent::on_session_confirmed(Instant now, mobility::SessionId session) {
    Actions actions;
    const auto owner = owners_.find(session);
    if (owner == owners_.end()) {
        return actions;
    }
    cache_.change(owner->second, [&](Binding& binding) {
        if (binding.sessions.on_heard(now, session, actions) && binding.is_valid) {
            direct(now, binding, actions);
        }
    });
    return finished(std::move(actions));
}

// Only the mobile node can begin a handshake, so it is asked to; a hint will do.
Actions HomeAgent::on_rekey_due(Instant now, mobility::SessionId session) {
    Actions actions;
    const Binding* binding = binding_of(now, session);
    if (binding != nullptr && binding->sessions.in_use() == session) {
        wire::BindingRefreshRequest request;
        if (binding->binding_id != 0) {  // RFC 5648 §6.4
            request.options.emplace_back(wire::BindingIdentifier{.id = binding->binding_id});
        }
        actions.emplace_back(mobility::SendMessage{.path = binding->path,
                                                   .home = binding->home,
                                                   .names_home = false,
                                                   .message = std::move(request),
                                                   .seal = mobility::Unprotected{}});
    }
    return actions;
}

Actions HomeAgent::on_deadline(Instant now) {
    Actions actions;
    while (const auto home = cache_.due(now)) {
        on_due(now, *home, actions);
    }
    while (const auto home = checks_.due(now)) {
        on_check_due(now, *home, actions);
    }
    while (const auto home = others_.due(now)) {
        on_others_due(now, *home, actions);
    }
    moves_.on_deadline(now, actions);
    while (const auto answer = delayed_answers_.take(now)) {
        const Binding* binding = cache_.find(answer->home, now);
        if (binding != nullptr && binding->is_valid) {
            actions.emplace_back(heartbeat_response(*binding, *answer));
        }
    }
    reunion_.on_deadline(now, actions);
    revocations_.on_deadline(now, actions);
    switches_.on_deadline(now, cache_, actions);
    return finished(std::move(actions));
}

void HomeAgent::on_due(Instant now, const wire::HomeAddress& home, Actions& actions) {
    if (cache_.find(home, now) != nullptr) {  // only its previous session has had its time
        cache_.change(home, [&](Binding& binding) { binding.sessions.end_previous(actions); });
        return;
    }
    if (take_over(now, home, true, actions)) {
        return;
    }
    cache_.change(home, [&](Binding& binding) {
        if (binding.is_valid) {
            actions.emplace_back(mobility::CloseTunnel{home});
            actions.emplace_back(mobility::Event{mobility::BindingExpired{home}});
        }
        binding.sessions.end_all(actions);
    });
    cache_.erase(home);
    checks_.on_binding_gone(now, home);
    receptions_.erase(home);
    end_beside(home);
}

std::optional<Instant> HomeAgent::next_deadline() const {
    std::optional<Instant> next;
    for (const auto& deadline :
         {cache_.next_deadline(), checks_.next_deadline(), others_.next_deadline(),
          moves_.next_deadline(), delayed_answers_.next_deadline(), reunion_.next_deadline(),
          revocations_.next_deadline(), switches_.next_deadline()}) {
        if (deadline && (!next || *deadline < *next)) {
            next = deadline;
        }
    }
    return next;
}

const Binding* HomeAgent::binding_of(Instant now, mobility::SessionId session) const {
    const auto owner = owners_.find(session);
    const Binding* binding = owner != owners_.end() ? cache_.find(owner->second, now) : nullptr;
    return binding != nullptr && binding->is_valid && binding->sessions.contains(session) ? binding
                                                                                          : nullptr;
}

const Binding* HomeAgent::binding_of(Instant now, mobility::PeerId peer,
                                     const wire::HomeAddress& home) const {
    const MobileNodeRecord* owner = registry_.find(peer);
    const Binding* binding =
        owner != nullptr && owner->home == home ? cache_.find(home, now) : nullptr;
    return binding != nullptr && binding->is_valid ? binding : nullptr;
}

// Sessions that have ended belong to nobody. What is asked has an answer that is no guess.
Actions HomeAgent::finished(Actions actions) {
    for (const mobility::Action& action : actions) {
        if (const auto* end = std::get_if<mobility::EndSession>(&action)) {
            owners_.erase(end->session);
        } else if (const auto* order = std::get_if<mobility::SendMessage>(&action)) {
            note_question(*order);
        }
    }
    return actions;
}

}  // namespace godwit::server
