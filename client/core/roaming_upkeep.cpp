#include <algorithm>
#include <utility>

#include "client/core/roaming.hpp"
#include "shared/mobility/answer_delay.hpp"
#include "shared/wire/options/nat_detection.hpp"

// What keeps the path in use in use: heartbeats, its NAT's mapping, its MTU, and whether it is
// silent.

namespace godwit::client {
namespace {

// An update that was lost is sent again; one that is lost again is not let through.
constexpr std::size_t tries_of_a_path = 2;

}  // namespace

using mobility::Actions;
using mobility::Instant;
using mobility::MoveCause;
using mobility::Path;
using What = mobility::WatchTraffic::What;

void Roaming::on_traffic(Instant now, const mobility::TrafficNotice& notice, Actions& actions) {
    if (!is_settled_ || notice.home != settings_.home) {
        return;
    }
    if (notice.what == What::large_sent) {
        follow(now, mtu_.on_large_sent(now), actions);
    } else if (notice.what == What::any_sent) {
        liveness_.on_sent(now, notice.sent, heard(notice));
        listen_along(actions);
    } else if (notice.what == What::received_along) {
        ++heard_along_;
    } else if (notice.what == What::reading && liveness_.is_due(now)) {
        on_reading(now, notice, actions);
        listen_along(actions);
    }
}

// What is known to have come along the path in use. Packets are counted for all paths together, so
// that among flows only what was listened for tells of this one.
std::uint64_t Roaming::heard(const mobility::TrafficNotice& notice) const {
    return flows_go_beside_ ? heard_along_ : notice.received;
}

// Once for each look: each session is told anew, and what was not told is not waited for.
void Roaming::listen_along(Actions& actions) const {
    if (flows_go_beside_) {
        actions.emplace_back(
            mobility::WatchTraffic{settings_.home, What::received_along, in_use_->path});
    }
}

void Roaming::on_reading(Instant now, const mobility::TrafficNotice& notice, Actions& actions) {
    const bool was_asked = liveness_.is_asked();
    switch (liveness_.on_reading(now, notice.sent, heard(notice))) {
        case PathLiveness::Verdict::well:
            take_better_if_well(now, actions);
            stop_asking_if_settled(now);
            return;
        case PathLiveness::Verdict::idle:
            liveness_.rest();
            watch(What::any_sent, actions);
            return;
        case PathLiveness::Verdict::silent:
            break;
    }
    if (was_asked) {
        liveness_.on_deadline(now);
        probes_.ask_too(now, paths_to_ask());  // those that have not been asked with it
        leave_if_silent(now, actions);
    } else {
        liveness_.on_asked(now, has_another());
        ask(now);
    }
    ask_due(now, actions);
}

// The one that is most likely to carry comes right after the one in use, and is asked together with
// it. While flows go beside it the one in use is asked more often, and first of all alone; it is
// given the time of one without another, since copies that come late along it are not heard.
void Roaming::ask(Instant now) {
    const std::chrono::nanoseconds within = liveness_.wait(has_another());
    if (flows_go_beside_) {
        probes_.ask_anew(now, in_use_->path, within);
    } else {
        probes_.ask(now, paths_to_ask(), warm_ ? 2 : 1, within);
    }
}

std::vector<Path> Roaming::paths_to_ask() const {
    std::vector<Path> paths = paths_from(offers_, in_use_->path);
    const auto warm = warm_ ? std::ranges::find(paths, *warm_) : paths.end();
    if (warm != paths.end() && warm != paths.begin()) {
        std::rotate(paths.begin() + 1, warm, warm + 1);
    }
    return paths;
}

// Data goes through, but binding updates do not: a firewall that knows one of them only.
void Roaming::leave_if_mute(Instant now, Actions& actions) {
    if (is_settled_ || !is_answered_ || registration_.unanswered_tries(now) < tries_of_a_path) {
        return;
    }
    if (const Away* other = other_that_answered()) {
        remember_failure(now, in_use_->path);
        switch_to(now, *other, cause_, actions);
    }
}

void Roaming::leave_if_silent(Instant now, Actions& actions) {
    if (!is_settled_ || !liveness_.is_given_up()) {
        return;
    }
    if (const Away* other = other_that_answered()) {
        leave_silent(now, *other, actions);
    } else if (probes_.is_over()) {
        // Nothing answers along any path. Perhaps the home agent knows the session no more.
        tell_of_silence(now, actions);
        probes_.stop();
        liveness_.rest();
        better_answered_.reset();
        proved_.reset();
        is_settled_ = is_acknowledged_ = is_answered_ = false;
        mtu_.rest();
        cause_ = move_cause_ = MoveCause::path_silent;
        registration_.give_up(in_use_->path);
        registration_.register_anew(now, paths_from(offers_, in_use_->path), cause_, actions);
    }
}

void Roaming::be_at(const Away& offer) {
    in_use_ = offer;
    if (proved_ && !is_same_place(*proved_, offer)) {
        proved_.reset();
    }
}

// A home agent that says nothing at all may be out of reach from here.
bool Roaming::is_proved(Instant now) const {
    return is_settled() || (proved_ && registration_.unanswered_tries(now) < tries_of_a_path);
}

void Roaming::leave_silent(Instant now, Away other, Actions& actions) {
    tell_of_silence(now, actions);
    remember_failure(now, in_use_->path);
    switch_to(now, other, MoveCause::path_silent, actions);
}

void Roaming::tell_of_silence(Instant now, Actions& actions) const {
    const auto silent_for = now - liveness_.silent_since().value_or(now);
    actions.emplace_back(mobility::Event{mobility::PathSilent{in_use_->path, silent_for}});
}

void Roaming::take_nat_detection(Instant now, const wire::BindingAcknowledgement& message,
                                 Actions& actions) {
    const bool is_udp = in_use_->path.encapsulation == mobility::Encapsulation::udp;
    const auto* detection = is_udp ? wire::find<wire::NatDetection>(message.options) : nullptr;
    if (keepalive_.on_detection(now, detection)) {
        actions.emplace_back(
            mobility::Event{mobility::NatDetected{.home = settings_.home,
                                                  .care_of = {in_use_->path.local},
                                                  .refresh = keepalive_.interval()}});
    }
}

// Sealed, so that the home agent also learns where the NAT has moved the node to.
void Roaming::keep_alive(Instant now, Actions& actions) {
    const auto seal = registration_.heartbeat_seal(now);
    if (keepalive_.is_due(now)) {
        if (seal && std::holds_alternative<mobility::InSession>(*seal)) {
            send_heartbeat(now, in_use_->path, {}, actions);
        } else {
            actions.emplace_back(mobility::ConfirmSession{settings_.home});
        }
    }
    if (const auto trial = seal ? keepalive_.trial(now) : std::nullopt) {
        Path path = in_use_->path;
        path.local_port = settings_.scout_port;
        send_heartbeat(
            now, path,
            {.sequence = trial->sequence, .options = {mobility::answer_after(trial->delay)}},
            actions);
    }
}

void Roaming::ask_due(Instant now, Actions& actions) {
    for (const PathProbes::Heartbeat& heartbeat : probes_.due(now)) {
        send_heartbeat(now, heartbeat.path, {.sequence = heartbeat.sequence}, actions);
    }
}

void Roaming::follow(Instant now, const mobility::PathMtuSearch::Orders& orders, Actions& actions) {
    for (const mobility::PathMtuSearch::Probe& probe : orders.probes) {
        send_heartbeat(now, in_use_->path, {.sequence = probe.sequence}, actions, probe.size);
    }
    if (orders.watch_large) {
        watch(What::large_sent, actions);
    }
    if (orders.found) {
        actions.emplace_back(mobility::FitTunnel{settings_.home, *orders.found});
        actions.emplace_back(mobility::Event{mobility::MtuChanged{settings_.home, *orders.found}});
    }
}

void Roaming::send_heartbeat(Instant now, const Path& path, const wire::Heartbeat& request,
                             Actions& actions, std::uint32_t padded_to) {
    if (const auto seal = registration_.heartbeat_seal(now)) {
        actions.emplace_back(mobility::SendMessage{.path = path,
                                                   .home = settings_.home,
                                                   .message = request,
                                                   .seal = *seal,
                                                   .padded_to = padded_to});
    }
}

void Roaming::watch(What what, Actions& actions) const {
    actions.emplace_back(mobility::WatchTraffic{settings_.home, what});
}

}  // namespace godwit::client
