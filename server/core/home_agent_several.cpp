// Several bindings of one home address (RFC 5648): which of them is in use, what becomes of it when
// another is, and which flows take which (RFC 6089).

#include <algorithm>
#include <utility>

#include "server/core/acknowledgement.hpp"
#include "server/core/contains.hpp"
#include "server/core/home_agent.hpp"
#include "server/core/ipv4_home_address.hpp"
#include "server/core/mobile_network.hpp"
#include "server/core/telling.hpp"
#include "shared/mobility/claimed_care_of_address.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

namespace {

OtherBinding other_of(const Binding& binding, const Whereabouts& place) {
    return {.id = binding.binding_id,
            .priority = binding.priority,
            .place = place,
            .granted = binding.granted,
            .expires = binding.expires};
}

void tell_of_end(const wire::HomeAddress& home, const OtherBinding& other, Actions& actions) {
    actions.emplace_back(
        mobility::Event{mobility::OtherBindingEnded{home, other.place.care_of, other.id}});
}

}  // namespace

// RFC 5648 §6.2: a BID that is registered needs no care-of address to be named again.
wire::CareOfAddress HomeAgent::care_of_address(Instant now, const mobility::Received& received,
                                               const wire::BindingUpdate& update) const {
    if (const auto claimed = mobility::claimed_care_of_address(update)) {
        return *claimed;
    }
    if (const auto* identifier = wire::find<wire::BindingIdentifier>(update.options)) {
        if (const OtherBinding* other = others_.find(received.home, identifier->id)) {
            return other->place.care_of;
        }
        const Binding* binding = cache_.find(received.home, now);
        if (binding != nullptr && binding->is_valid && binding->binding_id == identifier->id) {
            return checks_.claim_of(*binding).care_of;
        }
    }
    return {received.path.remote};
}

// The binding in use stays, or another one is better than what it has become: this one only
// registers.
void HomeAgent::take(Instant now, const Request& request, const Binding* entry, Actions& actions) {
    if (entry != nullptr && entry->is_valid && is_second(now, request, *entry)) {
        register_beside(now, request, *entry, actions);
    } else {
        register_binding(now, request, entry, actions);
    }
}

// The one in use steps back only for one that can take over.
bool HomeAgent::is_second(Instant now, const Request& request, const Binding& in_use) const {
    if (!is_second_to_another(request, in_use, others_.of(in_use.home))) {
        return false;
    }
    if (request.identifier->id != in_use.binding_id) {
        return true;
    }
    const OtherBinding* next = successor(now, in_use.home);
    return next != nullptr && rank(next->priority) < rank(request.identifier->priority);
}

void HomeAgent::register_beside(Instant now, const Request& request, const Binding& in_use,
                                Actions& actions) {
    const Binding before = in_use;
    const wire::HomeAddress& home = before.home;
    const MobileNodeRecord& owner = *registry_.find(request.peer);
    const Ipv4Verdict ipv4 = judge_ipv4(request.update, owner, before.ipv4.has_value());
    OtherBinding other{.id = request.identifier->id,
                       .priority = request.identifier->priority,
                       .place = whereabouts(request),
                       .granted = granted(now, request, &in_use),
                       .expires = now + granted(now, request, &in_use)};
    // It may leave unsaid what the update of the binding in use has said of flows.
    const auto flows = FlowBindings::are_named_in(request.update)
                           ? flows_.on_update(home, request.update, ids_after(request, &before))
                           : wire::MobilityOptions{};
    actions.emplace_back(acceptance(request, other.granted, ipv4.answer, flows, settings_));
    Binding binding = before;
    binding.sequence = request.update.sequence;
    // §8.2: an IPv4 home address has the same care-of addresses, so that not asking is no refusal.
    binding.ipv4 = ipv4.home ? ipv4.home : before.ipv4;
    binding.network_prefixes = network_prefixes(request, owner);
    take_session(now, request, binding, actions);
    cache_.put(binding);
    if (binding.sessions.in_use() != before.sessions.in_use()) {
        direct(now, binding, actions);
    }
    carry_ipv4(binding, before.ipv4, actions);
    carry_prefixes(binding, before.network_prefixes, actions);
    const OtherBinding* known = others_.find(home, other.id);
    const bool steps_back = before.binding_id == other.id;
    const bool is_new =
        !steps_back && (known == nullptr || known->place.care_of != request.care_of);
    tell_of_nat(request, !is_new, settings_.nat_keepalive, actions);
    const bool is_proved = before.protection == mobility::Protection::none ||
                           (steps_back && is_there(before) && before.path == other.place.path);
    if (steps_back) {
        take_over(now, home, false, actions);
    }
    if (is_new) {
        actions.emplace_back(
            mobility::Event{mobility::OtherBindingRegistered{home, other.place.care_of, other.id}});
    }
    others_.put(now, home, std::move(other), is_proved);
    others_.ask(now, *cache_.find(home, now), actions);
    route_flows(now, home, actions);
}

// Of several (§6.2).
void HomeAgent::deregister_one(Instant now, const Request& request, const Binding& in_use,
                               Actions& actions) {
    const Binding before = in_use;
    const wire::HomeAddress& home = before.home;
    const bool is_in_use = before.binding_id == request.identifier->id;
    if (is_in_use && successor(now, home) == nullptr) {
        return deregister(now, request, actions);
    }
    const auto flows = is_in_use || FlowBindings::are_named_in(request.update)
                           ? flows_.on_update(home, request.update, ids_after(request, &before))
                           : wire::MobilityOptions{};
    actions.emplace_back(acceptance(request, {}, {}, flows, settings_));
    Binding binding = before;
    binding.sequence = request.update.sequence;
    take_session(now, request, binding, actions);
    cache_.put(binding);
    if (is_in_use) {
        take_over(now, home, true, actions);
    } else {
        if (binding.sessions.in_use() != before.sessions.in_use()) {
            direct(now, binding, actions);
        }
        if (const auto ended = others_.take(home, request.identifier->id)) {
            tell_of_end(home, *ended, actions);
        }
    }
    route_flows(now, home, actions);
}

bool HomeAgent::make_way(Instant now, const Request& request, const Binding* before) {
    const wire::HomeAddress& home = request.received.home;
    if (before == nullptr || request.identifier == nullptr || request.update.overwrite) {
        others_.forget(home);
        return false;
    }
    const auto successor = others_.take(home, request.identifier->id);
    if (before->binding_id != request.identifier->id) {
        others_.put(now, home, other_of(*before, checks_.claim_of(*before)), is_there(*before));
    }
    return successor && successor->is_proved() &&
           successor->place.path == whereabouts(request).path;
}

const OtherBinding* HomeAgent::successor(Instant now, const wire::HomeAddress& home) const {
    return others_.best(now, home, [&](const OtherBinding& other) {
        return !is_behind_itself(now, home, other.place.path.remote);
    });
}

bool HomeAgent::take_over(Instant now, const wire::HomeAddress& home, bool has_gone,
                          Actions& actions) {
    const OtherBinding* best = successor(now, home);
    if (best == nullptr) {
        return false;
    }
    const auto successor = others_.take(home, best->id);
    if (has_gone) {  // what cannot be proved must not send data back to there
        checks_.on_binding_ended(now, home);
    }
    cache_.change(home, [&](Binding& entry) {
        const Binding before = entry;
        entry.binding_id = successor->id;
        entry.priority = successor->priority;
        entry.granted = successor->granted;
        entry.expires = successor->expires;
        place(now, successor->place, has_gone ? nullptr : &before, entry, actions, {},
              successor->is_proved());
        tell_of_move(whereabouts_of(before), entry, actions);
    });
    route_flows(now, home, actions);
    return true;
}

void HomeAgent::on_others_due(Instant now, const wire::HomeAddress& home, Actions& actions) {
    const Binding* binding = cache_.find(home, now);
    if (binding == nullptr || !binding->is_valid) {
        others_.forget(home);
        return;
    }
    const auto due = others_.on_deadline(now, *binding, actions);
    for (const OtherBinding& expired : due.expired) {
        tell_of_end(home, expired, actions);
    }
    for (const EndpointInquiry::Move& move : due.moves) {
        on_endpoint_found(now, home, move, actions);
    }
    route_flows(now, home, actions);
}

// A source by itself does not tell which of the paths a packet was sent along. Those that are known
// are no movement; what is not is asked, and so are those that it may have been.
void HomeAgent::follow_one_of_several(Instant now, const Binding& binding,
                                      const mobility::Path& path, Actions& actions) {
    mobility::Path stranger = path;
    stranger.interface = {};
    std::vector<mobility::Path> known;
    const auto consider = [&](const mobility::Path& end) {
        if (end.encapsulation == mobility::Encapsulation::udp && end.local == stranger.local &&
            end.local_port == stranger.local_port && !contains(known, end)) {
            known.push_back(end);
        }
    };
    consider(binding.path);
    consider(checks_.claim_of(binding).path);
    for (const OtherBinding& other : others_.of(binding.home)) {
        consider(other.place.path);
    }
    if (stranger.encapsulation == mobility::Encapsulation::udp && !known.empty() &&
        !contains(known, stranger) && !is_behind_itself(now, binding.home, stranger.remote) &&
        is_possible({.care_of = binding.care_of, .path = stranger}, settings_)) {
        others_.on_stranger(now, binding, stranger, known, actions);
    }
}

void HomeAgent::on_endpoint_found(Instant now, const wire::HomeAddress& home,
                                  const EndpointInquiry::Move& move, Actions& actions) {
    cache_.change(home, [&](Binding& entry) {
        const Binding before = entry;
        const Whereabouts claim = checks_.claim_of(entry);
        if (move.to == entry.path || move.to == claim.path) {
            return;  // a binding update has said so meanwhile
        }
        if (move.from == entry.path || move.from == claim.path) {
            const auto& care_of = move.from == claim.path ? claim.care_of : entry.care_of;
            place(now, {.care_of = care_of, .path = move.to}, &before, entry, actions, {}, true);
            tell_of_move(whereabouts_of(before), entry, actions);
        } else if (others_.move(home, move) != nullptr) {
            actions.emplace_back(
                mobility::Event{mobility::EndpointMoved{home, move.from, move.to}});
        }
    });
}

std::vector<std::uint16_t> HomeAgent::ids_after(const Request& request,
                                                const Binding* before) const {
    std::vector<std::uint16_t> ids;
    if (request.identifier == nullptr) {
        return ids;
    }
    const bool replaces_all = request.update.overwrite && !request.is_deregistration();
    if (before != nullptr && !replaces_all) {
        ids.push_back(before->binding_id);
        std::ranges::transform(others_.of(before->home), std::back_inserter(ids),
                               &OtherBinding::id);
    }
    std::erase(ids, request.identifier->id);
    if (!request.is_deregistration()) {
        ids.push_back(request.identifier->id);
    }
    return ids;
}

void HomeAgent::route_flows(Instant now, const wire::HomeAddress& home, Actions& actions) {
    const bool is_one = others_.of(home).empty() && !flows_.has(home);
    const Binding* binding = is_one ? nullptr : cache_.find(home, now);
    if (binding == nullptr || !binding->is_valid) {
        return;
    }
    const bool goes_by_path = binding->protection != mobility::Protection::sealed;
    std::vector<mobility::NumberedPath> paths;
    std::vector<std::uint16_t> ids;
    const auto add = [&](std::uint16_t id, const mobility::Path& path, bool may_have_data) {
        ids.push_back(id);
        if (may_have_data && !contains(paths, path, &mobility::NumberedPath::path)) {
            paths.push_back({.binding_id = id,
                             .path = path,
                             .mtu = checks_.ceiling(path, binding->protection)});
        }
    };
    if (binding->binding_id != 0) {
        add(binding->binding_id, binding->path, !binding->is_held);
    }
    for (const OtherBinding& other : others_.of(home)) {
        add(other.id, other.place.path, other.is_proved());
    }
    if (auto order = flows_.route(home, std::move(paths), ids, goes_by_path)) {
        actions.emplace_back(*std::move(order));
    }
}

bool HomeAgent::is_there(const Binding& binding) const {
    return binding.protection == mobility::Protection::none ||
           (!binding.is_held && checks_.is_proved(binding) &&
            checks_.claim_of(binding).path == binding.path);
}

void HomeAgent::end_beside(const wire::HomeAddress& home) {
    others_.forget(home);
    flows_.forget(home);
    delayed_answers_.forget(home);
    switches_.drop(home);
}

}  // namespace godwit::server
