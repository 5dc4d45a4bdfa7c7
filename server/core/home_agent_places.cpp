// How a binding follows its mobile node: to where it says that it is, to where a NAT has moved it,
// and back again if nothing there answers.

#include <chrono>
#include <utility>

#include "server/core/home_agent.hpp"
#include "server/core/telling.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

namespace {

// Most paths are quicker; what a slower one carries is found out a little later.
constexpr std::chrono::milliseconds unknown_round_trip{200};

void move(Binding& binding, const Whereabouts& place) {
    binding.care_of = place.care_of;
    binding.path = place.path;
    binding.is_held = false;
}

}  // namespace

void HomeAgent::place(Instant now, const Whereabouts& claimed, const Binding* before,
                      Binding& binding, Actions& actions,
                      std::vector<mobility::Reception> receptions, bool is_known) {
    const auto was = before != nullptr ? std::optional(whereabouts_of(*before)) : std::nullopt;
    if (is_known) {
        checks_.on_known(binding, claimed);
    }
    const auto place =
        is_known ? std::optional(claimed) : checks_.on_claim(now, binding, claimed, was);
    move(binding, place.value_or(claimed));
    binding.is_held = !place;
    const bool is_there = place == claimed;
    if (!receptions.empty() && !(is_there && checks_.is_proved(binding))) {
        receptions_[binding.home] = receptions;
    }
    if (!is_there) {
        receptions.clear();  // nobody is where it would be sent again; once it answers, it is
    }
    const bool is_new_path =
        before == nullptr || before->path != binding.path || before->is_held != binding.is_held;
    direct(now, binding, actions, std::move(receptions));
    if (is_new_path) {
        checks_.on_directed(now, binding, unknown_round_trip, actions);
    }
}

void HomeAgent::direct(Instant now, const Binding& binding, Actions& actions,
                       std::vector<mobility::Reception> receptions) {
    const bool is_sealed = binding.protection == mobility::Protection::sealed;
    actions.emplace_back(
        mobility::DirectTunnel{.home = binding.home,
                               .path = binding.path,
                               .session = is_sealed ? binding.sessions.in_use() : std::nullopt,
                               .receptions = std::move(receptions)});
    if (binding.is_held) {  // heartbeats need the tunnel's session all the same
        actions.emplace_back(mobility::HoldTunnel{binding.home});
    }
    checks_.ask(now, binding, actions);
}

void HomeAgent::on_proved(Instant now, const Binding& binding, const PathChecks::Proved& proved,
                          Actions& actions) {
    actions.emplace_back(
        mobility::Event{mobility::CareOfAddressProved{binding.home, proved.place.care_of}});
    const bool is_there = binding.path == proved.place.path && !binding.is_held;
    const Whereabouts from = whereabouts_of(binding);
    cache_.change(binding.home, [&](Binding& entry) {
        auto receptions = take_receptions(entry.home);
        move(entry, proved.place);
        if (!is_there) {
            direct(now, entry, actions, std::move(receptions));
            tell_of_move(from, entry, actions);
        }
        checks_.on_directed(now, entry, proved.round_trip, actions);
    });
    route_flows(now, binding.home, actions);
}

std::vector<mobility::Reception> HomeAgent::take_receptions(const wire::HomeAddress& home) {
    const auto found = receptions_.extract(home);
    return found ? std::move(found.mapped()) : std::vector<mobility::Reception>{};
}

void HomeAgent::on_check_due(Instant now, const wire::HomeAddress& home, Actions& actions) {
    const Binding* binding = cache_.find(home, now);
    if (binding == nullptr || !binding->is_valid) {
        checks_.forget(home);
        return;
    }
    if (const auto unproved = checks_.on_deadline(now, *binding, actions)) {
        on_unproved(now, home, *unproved, actions);
    }
}

void HomeAgent::on_unproved(Instant now, const wire::HomeAddress& home,
                            const PathChecks::Unproved& unproved, Actions& actions) {
    const auto& proved = unproved.proved;
    actions.emplace_back(mobility::Event{mobility::CareOfAddressUnproved{
        home, unproved.claimed.care_of, proved ? std::optional(proved->care_of) : std::nullopt}});
    cache_.change(home, [&](Binding& binding) {
        if (binding.is_held || binding.path != unproved.claimed.path) {
            return;  // no data goes there
        }
        if (proved) {
            move(binding, *proved);
        } else {
            binding.is_held = true;
        }
        direct(now, binding, actions);
        checks_.on_directed(now, binding, unknown_round_trip, actions);
    });
    route_flows(now, home, actions);
}

// A late packet of another path must not move the binding: a new care-of address comes by binding
// update, which a NAT's new address or port cannot.
void HomeAgent::follow_endpoint(Instant now, const Binding& binding, const mobility::Path& path,
                                Actions& actions) {
    if (flows_.has(binding.home)) {  // packets come along several paths, or have come lately
        follow_one_of_several(now, binding, path, actions);
        return;
    }
    if (others_.has_path(binding.home, path)) {
        return;  // late, from before a switch
    }
    Whereabouts claimed = whereabouts_of(binding);
    const bool is_same_end = path.encapsulation == mobility::Encapsulation::udp &&
                             claimed.path.encapsulation == mobility::Encapsulation::udp &&
                             path.local == claimed.path.local &&
                             path.local_port == claimed.path.local_port;
    claimed.path.remote = path.remote;
    claimed.path.remote_port = path.remote_port;
    if (!is_same_end || claimed.path == binding.path || !is_possible(claimed, settings_) ||
        is_behind_itself(now, binding.home, claimed.path.remote)) {
        return;
    }
    if (checks_.claim_of(binding).path == claimed.path) {
        checks_.on_heard(now, binding, claimed.path, actions);  // it has named that place itself
        return;
    }
    const Binding before = binding;
    cache_.change(binding.home, [&](Binding& entry) {
        place(now, claimed, &before, entry, actions);
        tell_of_move(whereabouts_of(before), entry, actions);
    });
    route_flows(now, binding.home, actions);
}

bool HomeAgent::is_behind_itself(Instant now, const wire::HomeAddress& home,
                                 wire::Ipv6Address place) const {
    constexpr unsigned deepest = 4;  // of networks in networks: a laptop in a car on a ferry
    for (unsigned depth = 0; depth < deepest; ++depth) {
        const MobileNodeRecord* outer = registry_.in_front_of(place);
        if (outer == nullptr || outer->home == home) {
            return outer != nullptr;
        }
        const Binding* binding = cache_.find(outer->home, now);
        if (binding == nullptr || !binding->is_valid) {
            return false;
        }
        place = binding->path.remote;
    }
    return true;
}

// The data plane tells of each home address as often as mobility::moves_of_each says. There is no
// limit of the core's own: what was dropped here would not be told again.
Actions HomeAgent::on_moved_endpoint(Instant now, mobility::SessionId session,
                                     const mobility::Path& path) {
    Actions actions = on_deadline(now);
    if (const Binding* binding = binding_of(now, session)) {
        follow_endpoint(now, *binding, path, actions);
    }
    return finished(std::move(actions));
}

void HomeAgent::watch_move(Instant now, const mobility::BindingMoved& moved,
                           const mobility::Path& path, bool waits_for_resent, Actions& actions) {
    moves_.begin(now, moved, waits_for_resent, actions);
    mobility::Path watched = path;
    watched.interface = {};
    watched.local_port = 0;
    actions.emplace_back(
        mobility::WatchTraffic{moved.home, mobility::WatchTraffic::What::received_along, watched});
}

Actions HomeAgent::on_resent(Instant now, const mobility::ResentNotice& notice) {
    Actions actions = on_deadline(now);
    const bool is_on_record = moves_.on_resent(notice, actions);
    if (!is_on_record && notice.resent + notice.lost > 0) {  // too late for that of the move
        actions.emplace_back(mobility::Event{mobility::PacketsResent{
            .home = notice.home, .resent = notice.resent, .lost = notice.lost}});
    }
    return actions;
}

Actions HomeAgent::on_traffic(Instant now, const mobility::TrafficNotice& notice) {
    Actions actions = on_deadline(now);
    const Binding* binding = cache_.find(notice.home, now);
    if (notice.what == mobility::WatchTraffic::What::large_sent && binding != nullptr &&
        binding->is_valid) {
        checks_.on_large_sent(now, *binding, actions);
    } else if (notice.what == mobility::WatchTraffic::What::received_along) {
        moves_.on_received(now, notice.home, actions);
    }
    return actions;
}

}  // namespace godwit::server
