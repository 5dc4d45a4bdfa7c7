#include "server/core/path_checks.hpp"

#include <algorithm>
#include <utility>

#include "shared/mobility/tunnel_mtu.hpp"

namespace godwit::server {
namespace {

using mobility::Actions;
using mobility::Instant;

}  // namespace

mobility::Seal heartbeat_seal(const Binding& binding) {
    if (binding.protection == mobility::Protection::plain && binding.sessions.in_use()) {
        return mobility::InSession{*binding.sessions.in_use()};
    }
    return mobility::ThroughTunnel{};
}

mobility::SendMessage heartbeat_request(const Binding& binding, const mobility::Path& path,
                                        std::uint32_t sequence, std::uint32_t padded_to) {
    return {.path = path,
            .home = binding.home,
            .message = wire::Heartbeat{.sequence = sequence},
            .seal = heartbeat_seal(binding),
            .padded_to = padded_to};
}

std::optional<Whereabouts> PathChecks::on_claim(Instant now, const Binding& binding,
                                                const Whereabouts& claimed,
                                                const std::optional<Whereabouts>& before) {
    if (binding.protection == mobility::Protection::none) {
        return claimed;
    }
    Entry& entry = entry_of(binding.home);
    Check& check = entry.second;
    check.lapses.reset();
    if (!check.proof) {
        if (before && before->path == claimed.path) {
            return claimed;
        }
        check.proof = std::make_unique<CareOfProof>(before, CareOfProof::max_doubtful,
                                                    take_doubts(now, check));
    }
    const auto place = check.proof->on_claim(now, claimed);
    schedule(entry);
    return place;
}

void PathChecks::on_known(const Binding& binding, const Whereabouts& place) {
    const auto found = checks_.find(binding.home);
    if (found != checks_.end() && found->second.proof) {
        found->second.proof->on_known(place);
        schedule(*found);
    }
}

void PathChecks::on_directed(Instant now, const Binding& binding,
                             std::chrono::nanoseconds round_trip, Actions& actions) {
    if (binding.protection == mobility::Protection::none) {
        actions.emplace_back(mobility::FitTunnel{binding.home, mtu(binding)});
        return;
    }
    Entry& entry = entry_of(binding.home);
    Check& check = entry.second;
    if (!binding.is_held && is_proved(binding)) {
        perform(
            check.search.begin(now, ceiling(binding.path, binding.protection).whole, round_trip),
            binding, actions);
    } else {
        check.search.rest();
        actions.emplace_back(mobility::FitTunnel{binding.home, mtu(binding)});
    }
    schedule(entry);
}

void PathChecks::ask(Instant now, const Binding& binding, Actions& actions) {
    const auto found = checks_.find(binding.home);
    if (found == checks_.end() || !found->second.proof) {
        return;
    }
    CareOfProof& proof = *found->second.proof;
    if (const auto sequence = proof.next_request(now, settings_.random)) {
        actions.emplace_back(heartbeat_request(binding, proof.claimed().path, *sequence));
    }
    schedule(*found);
}

void PathChecks::on_heard(Instant now, const Binding& binding, mobility::Path path,
                          Actions& actions) {
    path.interface = {};
    const auto found = checks_.find(binding.home);
    if (found == checks_.end() || !found->second.proof ||
        found->second.proof->claimed().path != path) {
        return;
    }
    found->second.proof->on_heard(now);
    ask(now, binding, actions);
}

std::optional<PathChecks::Proved> PathChecks::on_answer(Instant now, const Binding& binding,
                                                        std::uint32_t sequence, Actions& actions) {
    const auto found = checks_.find(binding.home);
    if (found == checks_.end()) {
        return std::nullopt;
    }
    Check& check = found->second;
    std::optional<Proved> proved;
    if (const auto round_trip =
            check.proof ? check.proof->on_answer(now, sequence) : std::nullopt) {
        proved = {.place = check.proof->claimed(), .round_trip = *round_trip};
        settle(now, check);
    } else {
        perform(check.search.on_answer(now, sequence), binding, actions);
    }
    schedule(*found);
    return proved;
}

// It is there. Where it was before without an answer may still be a stranger.
void PathChecks::settle(Instant now, Check& check) {
    for (const mobility::Path& path : check.proof->doubtful()) {
        if (path != check.proof->claimed().path) {
            check.doubts.push_back({.path = path, .until = now + CareOfProof::doubt_lasts});
        }
    }
    check.proof.reset();
}

std::vector<mobility::Path> PathChecks::take_doubts(Instant now, Check& check) {
    std::vector<mobility::Path> paths;
    for (const Check::Doubt& doubt : std::exchange(check.doubts, {})) {
        if (now < doubt.until) {
            paths.push_back(doubt.path);
        }
    }
    return paths;
}

bool PathChecks::has_probed(const wire::HomeAddress& home, std::uint32_t sequence) const {
    const auto found = checks_.find(home);
    return found != checks_.end() && found->second.search.has_probed(sequence);
}

void PathChecks::on_large_sent(Instant now, const Binding& binding, Actions& actions) {
    const auto found = checks_.find(binding.home);
    if (found != checks_.end() && !binding.is_held) {
        perform(found->second.search.on_large_sent(now), binding, actions);
        schedule(*found);
    }
}

std::optional<PathChecks::Unproved> PathChecks::on_deadline(Instant now, const Binding& binding,
                                                            Actions& actions) {
    const auto found = checks_.find(binding.home);
    if (found == checks_.end()) {
        return std::nullopt;
    }
    Check& check = found->second;
    std::optional<Unproved> unproved;
    if (check.proof && check.proof->give_up(now)) {
        unproved = {.claimed = check.proof->claimed(), .proved = check.proof->proved()};
    }
    ask(now, binding, actions);
    perform(check.search.on_deadline(now), binding, actions);
    schedule(*found);
    return unproved;
}

void PathChecks::on_binding_ended(Instant now, const wire::HomeAddress& home) {
    const auto found = checks_.find(home);
    if (found == checks_.end()) {
        return;
    }
    Check& check = found->second;
    if (auto doubts = take_doubts(now, check); !check.proof && !doubts.empty()) {
        check.proof = std::make_unique<CareOfProof>(std::nullopt, CareOfProof::max_doubtful,
                                                    std::move(doubts));
    }
    if (!check.proof) {
        forget(home);
        return;
    }
    check.proof->on_binding_ended();
    check.search = new_search();
    schedule(*found);
}

void PathChecks::on_binding_gone(Instant now, const wire::HomeAddress& home) {
    on_binding_ended(now, home);
    const auto found = checks_.find(home);
    if (found == checks_.end()) {
        return;
    }
    const auto doubtful = static_cast<int>(found->second.proof->doubtful().size());
    if (doubtful == 0) {
        forget(home);
        return;
    }
    found->second.lapses = now + doubtful * CareOfProof::doubt_lasts;
    schedule(*found);
}

void PathChecks::forget(const wire::HomeAddress& home) {
    const auto found = checks_.find(home);
    if (found != checks_.end()) {
        deadlines_.take_out(*found);
        checks_.erase(found);
    }
}

Whereabouts PathChecks::claim_of(const Binding& binding) const {
    const auto found = checks_.find(binding.home);
    const auto unproved = found != checks_.end() && found->second.proof
                              ? found->second.proof->unproved()
                              : std::nullopt;
    return unproved.value_or(Whereabouts{.care_of = binding.care_of, .path = binding.path});
}

bool PathChecks::is_proved(const Binding& binding) const {
    const auto found = checks_.find(binding.home);
    if (found == checks_.end()) {
        return false;  // of the laboratory
    }
    const CareOfProof* proof = found->second.proof.get();
    return proof == nullptr || (proof->proved() && proof->proved()->path == binding.path);
}

mobility::TunnelMtu PathChecks::mtu(const Binding& binding) const {
    return is_proved(binding) ? checks_.at(binding.home).search.mtu()
                              : ceiling(binding.path, binding.protection);
}

mobility::TunnelMtu PathChecks::ceiling(const mobility::Path& path,
                                        mobility::Protection protection) const {
    const bool can_be_asked = protection != mobility::Protection::none;
    return mobility::TunnelMtu::of(
        mobility::TunnelOverhead::of(path, protection)
            .inner(can_be_asked ? settings_.path_mtu : mobility::min_ipv6_mtu));
}

mobility::PathMtuSearch PathChecks::new_search() const {
    return {settings_.mtu_probe_interval, settings_.random()};
}

PathChecks::Entry& PathChecks::entry_of(const wire::HomeAddress& home) {
    const auto found = checks_.find(home);
    return found != checks_.end() ? *found : *checks_.try_emplace(home, new_search()).first;
}

void PathChecks::perform(const mobility::PathMtuSearch::Orders& orders, const Binding& binding,
                         Actions& actions) {
    if (orders.found) {
        actions.emplace_back(mobility::FitTunnel{binding.home, *orders.found});
        actions.emplace_back(mobility::Event{mobility::MtuChanged{binding.home, *orders.found}});
    }
    for (const auto& probe : orders.probes) {
        actions.emplace_back(heartbeat_request(binding, binding.path, probe.sequence, probe.size));
    }
    if (orders.watch_large) {
        actions.emplace_back(
            mobility::WatchTraffic{binding.home, mobility::WatchTraffic::What::large_sent});
    }
}

void PathChecks::schedule(Entry& entry) {
    const Check& check = entry.second;
    const auto asking = check.proof ? check.proof->next_deadline() : std::nullopt;
    const auto probing = check.search.next_deadline();
    const auto due = asking && probing ? std::min(*asking, *probing) : (asking ? asking : probing);
    deadlines_.put(entry, due ? due : check.lapses);
}

}  // namespace godwit::server
