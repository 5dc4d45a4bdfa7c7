#include "server/core/home_agent.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "shared/mobility/constants.hpp"

namespace godwit::server {
namespace {

using mobility::Actions;
using mobility::Instant;

constexpr std::chrono::seconds hint_interval{1};

void drop(mobility::DropReason reason, Actions& actions) {
    actions.emplace_back(mobility::Event{mobility::MessageDropped{reason}});
}

wire::CareOfAddress care_of_address(const mobility::Received& received,
                                    const wire::BindingUpdate& update) {
    const auto* alternate = wire::find<wire::AlternateCareOfAddress>(update.options);
    return alternate != nullptr ? alternate->care_of : wire::CareOfAddress{received.path.remote};
}

// RFC 6275 §10.3.2: to the home link the acknowledgement goes out where the update came in,
// whatever tunnel the home address is bound to; elsewhere the routing table knows better.
mobility::Path way_back(const mobility::Received& received) {
    mobility::Path path = received.path;
    if (path.remote != received.home.address) {
        path.interface = {};
    }
    return path;
}

// Where the tunnel leads: to the care-of address, which is proved, whatever source the packet had.
mobility::Path tunnel_path(const Request& request) {
    mobility::Path path = way_back(request.received);
    path.remote = request.care_of.address;
    return path;
}

// RFC 6275 §9.5.4, §10.3.1: sent whatever the A bit says, to the packet's source address. Without
// Binding Refresh Advice (§10.3.1), since the bindings are in nonvolatile storage.
void acknowledge(const Request& request, wire::BindingStatus status, wire::SequenceNumber sequence,
                 wire::Lifetime lifetime, Actions& actions) {
    mobility::Seal seal = mobility::Unprotected{};
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&request.proof)) {
        seal = *handshake;
    } else if (const auto* session = std::get_if<mobility::InSession>(&request.proof)) {
        seal = *session;
    }
    actions.emplace_back(mobility::SendMessage{
        .path = way_back(request.received),
        .home = request.received.home,
        .message =
            wire::BindingAcknowledgement{
                .status = status, .sequence = sequence, .lifetime = lifetime, .options = {}},
        .seal = seal});
}

// A session that came with an update which led to no binding.
void end_new_session(const Request& request, Actions& actions) {
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&request.proof)) {
        actions.emplace_back(mobility::EndSession{handshake->session});
    }
}

void refuse(const Request& request, wire::BindingStatus status, const Binding* entry,
            Actions& actions) {
    // §9.5.1: too old a number is answered with the last one accepted.
    const bool is_late = status == wire::BindingStatus::sequence_number_out_of_window;
    acknowledge(request, status, is_late ? entry->sequence : request.update.sequence, {}, actions);
    end_new_session(request, actions);
    actions.emplace_back(mobility::Event{mobility::BindingRefused{request.received.home, status}});
}

mobility::Event told(const Binding& binding, const Binding* before) {
    if (before == nullptr) {
        return mobility::BindingRegistered{binding.home, binding.care_of, binding.granted};
    }
    if (before->care_of == binding.care_of) {
        return mobility::BindingRefreshed{binding.home, binding.care_of, binding.granted};
    }
    return mobility::BindingMoved{binding.home, before->care_of, binding.care_of};
}

}  // namespace

HomeAgent::HomeAgent(HomeAgentSettings settings)
    : settings_(std::move(settings)), registry_(settings_.mobile_nodes) {}

Actions HomeAgent::on_restart(Instant now, const std::vector<LostBinding>& lost) {
    reunion_.begin(now, lost);
    return on_deadline(now);
}

Actions HomeAgent::on_received(Instant now, const mobility::Received& received) {
    Actions actions = on_deadline(now);  // what has expired is gone, whether or not a timer has run
    if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
        on_hint(now, received, *hint, actions);
        return actions;
    }
    const auto& message = std::get<0>(received.content);
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message.message())) {
        on_update(now,
                  {.received = received,
                   .update = *update,
                   .peer = message.peer(),
                   .proof = message.proof(),
                   .care_of = care_of_address(received, *update)},
                  actions);
    } else {
        drop(mobility::DropReason::not_expected, actions);
    }
    return actions;
}

void HomeAgent::on_update(Instant now, const Request& request, Actions& actions) {
    if (const auto reason = silent_discard(request, registry_.find(request.peer))) {
        drop(*reason, actions);
        end_new_session(request, actions);
        return;
    }
    const Binding* entry = cache_.find(request.received.home, now);
    if (const auto status = refusal(request, entry, settings_)) {
        refuse(request, *status, entry, actions);
    } else if (request.is_deregistration()) {
        deregister(now, request, actions);
    } else {
        register_binding(now, request, entry, actions);
    }
}

void HomeAgent::register_binding(Instant now, const Request& request, const Binding* entry,
                                 Actions& actions) {
    // RFC 6275 §10.3.1: never more lifetime than was asked for.
    const wire::Lifetime granted = std::min(request.update.lifetime, settings_.max_lifetime);
    Binding binding{.home = request.received.home,
                    .care_of = request.care_of,
                    .path = tunnel_path(request),
                    .sequence = request.update.sequence,
                    .granted = granted,
                    .expires = now + granted,
                    .is_valid = true,
                    .sessions = entry != nullptr ? entry->sessions : BindingSessions{}};
    if (binding.sessions.unconfirmed()) {
        unconfirmed_.erase(*binding.sessions.unconfirmed());
    }
    if (entry != nullptr && !entry->is_valid) {
        binding.sessions.end_all(actions);
        entry = nullptr;
    }
    acknowledge(request, wire::BindingStatus::accepted, binding.sequence, granted, actions);
    take_session(now, request, binding, actions);
    actions.emplace_back(direct(binding));
    actions.emplace_back(told(binding, entry));
    cache_.put(binding);
    reunion_.on_registered(binding.home);
}

void HomeAgent::take_session(Instant now, const Request& request, Binding& binding,
                             Actions& actions) {
    BindingSessions& sessions = binding.sessions;
    if (const auto* handshake = std::get_if<mobility::InHandshake>(&request.proof)) {
        sessions.add(now, handshake->session, actions);
        if (is_sealed(binding.home)) {
            actions.emplace_back(mobility::AdmitSession{binding.home, handshake->session});
        } else {
            sessions.on_heard(now, handshake->session, actions);  // it only signs, and has done so
        }
    } else if (const auto* session = std::get_if<mobility::InSession>(&request.proof)) {
        sessions.on_heard(now, session->session, actions);
    }
    if (sessions.unconfirmed()) {
        unconfirmed_.emplace(*sessions.unconfirmed(), binding.home);
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
    actions.emplace_back(mobility::CloseTunnel{home});
    acknowledge(request, wire::BindingStatus::accepted, request.update.sequence, {}, actions);
    end_new_session(request, actions);
    actions.emplace_back(mobility::Event{mobility::BindingRemoved{home}});
}

void HomeAgent::on_hint(Instant now, const mobility::Received& received, const mobility::Hint& hint,
                        Actions& actions) {
    auto answer = answer_to(received, hint);
    if (!answer) {
        return drop(mobility::DropReason::not_expected, actions);
    }
    const wire::Ipv6Address& source = received.path.remote;
    if (source.is_multicast() || source.is_unspecified()) {  // RFC 6275 §9.3.3
        return drop(mobility::DropReason::bad_address, actions);
    }
    const bool is_stranger = registry_.find(received.home) == nullptr;
    Instant& not_before = answer_not_before_[is_stranger ? wire::HomeAddress{} : received.home];
    if (now < not_before) {
        return drop(mobility::DropReason::rate_limited, actions);
    }
    not_before = now + hint_interval;
    actions.emplace_back(std::move(*answer));
}

// Outside a laboratory only a mobile node that this end has lost the session of hears anything
// (docs/protocol.md).
std::optional<mobility::SendMessage> HomeAgent::answer_to(const mobility::Received& received,
                                                          const mobility::Hint& hint) const {
    using enum wire::BindingStatus;
    const bool is_known = registry_.find(received.home) != nullptr;
    const auto refused = [&](wire::BindingStatus status) {
        return mobility::SendMessage{
            .path = way_back(received),
            .home = received.home,
            .message = wire::BindingAcknowledgement{.status = status, .sequence = hint.sequence},
            .seal = mobility::Unprotected{}};
    };
    if (hint.kind == mobility::Hint::Kind::unknown_session && is_known) {
        return refused(authentication_failed);
    }
    if (!settings_.allow_unprotected) {
        return std::nullopt;
    }
    if (hint.kind == mobility::Hint::Kind::unknown_home && !is_known) {  // §10.3.1
        return refused(settings_.home_prefix.contains(received.home.address)
                           ? administratively_prohibited
                           : not_home_subnet);
    }
    if (hint.kind == mobility::Hint::Kind::unrecognized_type) {  // §9.2
        // §9.3.3: the home address of the option, if there was one.
        const bool is_named = received.home.address != received.path.remote;
        return mobility::SendMessage{
            .path = way_back(received),
            .home = received.home,
            .names_home = false,
            .message =
                wire::BindingError{.status = wire::BindingErrorStatus::unrecognized_message_type,
                                   .home = is_named ? received.home : wire::HomeAddress{}},
            .seal = mobility::Unprotected{}};
    }
    return std::nullopt;
}

Actions HomeAgent::on_session_confirmed(Instant now, mobility::SessionId session) {
    Actions actions;
    const auto waiting = unconfirmed_.extract(session);
    if (waiting.empty()) {
        return actions;
    }
    cache_.change(waiting.mapped(), [&](Binding& binding) {
        if (binding.sessions.on_heard(now, session, actions) && binding.is_valid) {
            actions.emplace_back(direct(binding));
        }
    });
    return actions;
}

// Only the mobile node can begin a handshake, so it is asked to; a hint will do.
Actions HomeAgent::on_rekey_due(Instant now, mobility::SessionId session) {
    Actions actions;
    for (const auto& [home, binding] : cache_) {
        if (binding.sessions.in_use() == session && binding.is_valid && now < binding.expires) {
            actions.emplace_back(mobility::SendMessage{.path = binding.path,
                                                       .home = home,
                                                       .names_home = false,
                                                       .message = wire::BindingRefreshRequest{},
                                                       .seal = mobility::Unprotected{}});
        }
    }
    return actions;
}

Actions HomeAgent::on_moved_endpoint(Instant /*now*/, mobility::SessionId /*session*/,
                                     const mobility::Path& /*path*/) {
    return {};
}

Actions HomeAgent::on_traffic(Instant /*now*/, const mobility::TrafficNotice& /*notice*/) {
    return {};
}

Actions HomeAgent::on_deadline(Instant now) {
    Actions actions;
    while (const auto home = cache_.due(now)) {
        on_due(now, *home, actions);
    }
    reunion_.on_deadline(now, actions);
    return actions;
}

void HomeAgent::on_due(Instant now, const wire::HomeAddress& home, Actions& actions) {
    if (cache_.find(home, now) != nullptr) {  // only its previous session has had its time
        cache_.change(home, [&](Binding& binding) { binding.sessions.end_previous(actions); });
        return;
    }
    cache_.change(home, [&](Binding& binding) {
        if (binding.is_valid) {
            actions.emplace_back(mobility::CloseTunnel{home});
            actions.emplace_back(mobility::Event{mobility::BindingExpired{home}});
        }
        if (binding.sessions.unconfirmed()) {
            unconfirmed_.erase(*binding.sessions.unconfirmed());
        }
        binding.sessions.end_all(actions);
    });
    cache_.erase(home);
}

mobility::DirectTunnel HomeAgent::direct(const Binding& binding) const {
    return {.home = binding.home,
            .path = binding.path,
            .session = is_sealed(binding.home) ? binding.sessions.in_use() : std::nullopt};
}

bool HomeAgent::is_sealed(const wire::HomeAddress& home) const {
    const MobileNodeRecord* owner = registry_.find(home);
    return owner != nullptr && owner->protection == mobility::Protection::sealed;
}

std::optional<Instant> HomeAgent::next_deadline() const {
    const auto expiry = cache_.next_deadline();
    const auto request = reunion_.next_deadline();
    return expiry && request ? std::min(*expiry, *request) : expiry ? expiry : request;
}

}  // namespace godwit::server
