#include "client/core/binding_update_sender.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "shared/wire/options/alternate_care_of_address.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "shared/wire/options/ipv4_care_of_address.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"
#include "shared/wire/options/mobile_network_prefix.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

// A home agent that restarted answers nothing under the session, unless its hint gets through.
constexpr std::size_t tries_in_session = 2;
constexpr std::size_t max_outstanding = 16;  // numbers whose acknowledgement still counts
// Between the first two updates of one try, and the soonest that one is sent again.
constexpr std::chrono::nanoseconds stagger = 50ms;
constexpr std::size_t max_stagger_doublings = 4;  // 800 ms, which leaves room for a move

// RFC 6275 §11.7.1, RFC 5555 §3.1.2: always, since nothing else that is authenticated names the
// address.
wire::MobilityOption care_of_option(const mobility::Path& path) {
    if (const auto ipv4 = path.local.mapped_ipv4()) {
        return wire::Ipv4CareOfAddress{*ipv4};
    }
    return wire::AlternateCareOfAddress{{path.local}};
}

// RFC 5648 §5.2: the option names the address in place of the other two. With each update, so that
// the home agent need not remember.
wire::BindingIdentifier identifier(const mobility::Path& path, std::uint8_t priority) {
    wire::BindingIdentifier option{.id = binding_id(path), .priority = priority, .care_of = {}};
    if (const auto ipv4 = path.local.mapped_ipv4()) {
        option.care_of = *ipv4;
    } else {
        option.care_of = wire::CareOfAddress{path.local};
    }
    return option;
}

}  // namespace

void BindingUpdateSender::ask(Instant now, PendingUpdate update, const Terms& terms,
                              Actions& actions) {
    pending_ = std::move(update);
    pending_->told_before = told_;
    send_now_or_later(now, terms, actions);
}

void BindingUpdateSender::ask_again(Instant now, const Terms& terms, Actions& actions) {
    pending_->next_path = 0;
    send_now_or_later(now, terms, actions);
}

void BindingUpdateSender::begin_anew(Instant now, const Terms& terms, Actions& actions) {
    pending_->tries = 0;
    pending_->timeout = first_timeout(terms);
    pending_->refused.clear();
    ask_again(now, terms, actions);
}

std::chrono::nanoseconds BindingUpdateSender::first_timeout(const Terms& terms) const {
    return terms.care_of ? std::chrono::nanoseconds(mobility::initial_bindack_timeout)
                         : settings_.first_registration_timeout;
}

void BindingUpdateSender::on_session(wire::SequenceNumber sequence) {
    if (unanswered_handshake_ == sequence) {
        unanswered_handshake_.reset();
    }
}

void BindingUpdateSender::adopt(wire::SequenceNumber sequence) {
    if (numbers_.go_on_behind(sequence)) {
        pending_->sent.clear();
        pending_->tries = 0;
    }
}

void BindingUpdateSender::forget(wire::SequenceNumber sequence) {
    std::erase_if(pending_->sent,
                  [&](const SentUpdate& sent) { return sent.sequence == sequence; });
}

std::chrono::nanoseconds BindingUpdateSender::move_timeout(std::chrono::nanoseconds round_trip) {
    return std::clamp<std::chrono::nanoseconds>(2 * round_trip, stagger,
                                                mobility::initial_bindack_timeout);
}

void BindingUpdateSender::on_round_trip(const mobility::Path& path,
                                        std::chrono::nanoseconds round_trip) {
    if (latest() == nullptr || latest()->path != path) {
        return;
    }
    const auto timeout = move_timeout(round_trip);
    pending_->send_at = std::min(pending_->send_at, pending_->try_began + timeout);
    pending_->timeout = timeout;
}

void BindingUpdateSender::on_deadline(Instant now, const Terms& terms, Actions& actions) {
    if (pending_ && now >= pending_->send_at) {
        send_now_or_later(now, terms, actions);
    }
}

void BindingUpdateSender::send_now_or_later(Instant now, const Terms& terms, Actions& actions) {
    pending_->send_at = numbers_.rate.earliest(now);
    if (pending_->send_at <= now) {
        send(now, terms, actions);
    }
}

void BindingUpdateSender::send(Instant now, const Terms& terms, Actions& actions) {
    PendingUpdate& update = *pending_;
    // What is lost is sent again in time (RFC 6275 §11.8), also while some have not had their turn.
    const bool begins = update.next_path == 0 || now >= update.try_began + update.timeout;
    if (begins) {
        begin_try(now, actions);
    }
    const std::vector<std::size_t> places = round(now, terms);
    const auto next = [&] { return std::ranges::lower_bound(places, update.next_path); };
    const std::size_t place = begins || next() == places.end() ? places.front() : *next();
    send_along(now, mobility::Path(update.paths[place]), terms, actions);
    update.next_path = std::max(update.next_path, place + 1);
    update.send_at = std::max(now + stagger, update.try_began + update.timeout);
    if (next() == places.end()) {
        update.next_path = 0;
        return;
    }
    // Ever later: whoever spends the three of a second on a race has none left to move.
    const std::size_t doublings = std::min(update.next_path - 1, max_stagger_doublings);
    update.send_at = std::min<Instant>(update.send_at, now + stagger * (1U << doublings));
}

void BindingUpdateSender::send_again(Instant now, wire::SequenceNumber sequence, const Terms& terms,
                                     Actions& actions) {
    const SentUpdate* sent = outstanding(sequence);
    if (sent != nullptr && numbers_.rate.earliest(now) <= now) {
        send_along(now, mobility::Path(sent->path), terms, actions);
    }
}

void BindingUpdateSender::send_along(Instant now, const mobility::Path& path, const Terms& terms,
                                     Actions& actions) {
    PendingUpdate& update = *pending_;
    // RFC 6275 §11.8: each retransmission has a newer sequence number.
    numbers_.last = numbers_.last.next();
    const mobility::Seal by = seal(terms);
    if (std::holds_alternative<mobility::StartHandshake>(by)) {
        unanswered_handshake_ = numbers_.last;
    }
    wire::BindingUpdate message = update_along(path, terms);
    ToldFlows flows = tell_flows(path, terms, message);
    tell_cause(path, terms, message);
    actions.emplace_back(mobility::SendMessage{.path = path,
                                               .home = settings_.home,
                                               .message = std::move(message),
                                               .seal = by,
                                               .tells_reception = update.is_move});
    told_ = path.local;
    note_asked(now, path.local);
    numbers_.rate.on_done(now);
    if (update.sent.size() == max_outstanding) {
        update.sent.erase(update.sent.begin());
    }
    update.sent.push_back({.sequence = numbers_.last,
                           .at = now,
                           .path = path,
                           .lifetime = update.lifetime,
                           .in_place_of_all = is_in_place_of_all(path, terms),
                           .names_network = names_network(terms),
                           .flows = std::move(flows)});
}

// Those of a move follow each other so soon that two are no sign of it. The session is that of the
// binding in use, whose update finds out and makes another.
bool BindingUpdateSender::doubts_session(Instant now) const {
    return pending_ && !pending_->by_handshake && pending_->priority == priority_in_use &&
           pending_->tries >= tries_in_session &&
           now - *pending_->first_try_began >= mobility::initial_bindack_timeout;
}

void BindingUpdateSender::begin_try(Instant now, Actions& actions) {
    PendingUpdate& update = *pending_;
    if (!update.sent.empty()) {
        actions.emplace_back(mobility::Event{
            mobility::NoAcknowledgement{{update.paths.front().local}, now - update.try_began}});
    }
    if (update.tries > 0) {
        update.timeout =
            std::min<std::chrono::nanoseconds>(2 * update.timeout, mobility::max_bindack_timeout);
    }
    if (update.tries == 0) {
        update.first_try_began = now;
    }
    update.by_handshake = update.by_handshake || doubts_session(now);
    update.try_began = now;
    ++update.tries;
}

wire::BindingUpdate BindingUpdateSender::update_along(const mobility::Path& path,
                                                      const Terms& terms) const {
    const bool is_deregistration = pending_->lifetime == wire::Lifetime::zero();
    wire::BindingUpdate update{
        .sequence = numbers_.last,
        .acknowledge = true,
        .home_registration = true,
        .mobile_router = names_network(terms),
        // RFC 5555 §4.4.1: UDP was chosen, so it shall be UDP, NAT or not.
        .force_udp_encapsulation = path.encapsulation == mobility::Encapsulation::udp,
        .overwrite = uses_identifier(terms) && is_in_place_of_all(path, terms),
        .lifetime = pending_->lifetime,
        .options = {care_of_option(path)}};
    if (uses_identifier(terms)) {
        update.options.front() = identifier(path, pending_->priority);
    }
    if (settings_.wants_ipv4 && !is_deregistration) {
        update.options.emplace_back(
            wire::Ipv4HomeAddress{.home = terms.ipv4_home.value_or(wire::Ipv4Address{})});
    }
    if (names_network(terms)) {
        for (const wire::Prefix& prefix : terms.network_prefixes) {
            update.options.emplace_back(wire::MobileNetworkPrefix{prefix});
        }
    }
    return update;
}

void BindingUpdateSender::tell_cause(const mobility::Path& path, const Terms& terms,
                                     wire::BindingUpdate& update) const {
    if (pending_->cause && pending_->lifetime != wire::Lifetime::zero() &&
        is_move_to(path, terms)) {
        update.options.emplace_back(mobility::to_option(*pending_->cause));
    }
}

// The home agent may have heard an update that it has not acknowledged, as far as is known.
bool BindingUpdateSender::is_move_to(const mobility::Path& path, const Terms& terms) const {
    return terms.care_of && (path.local != *terms.care_of ||
                             path.local != pending_->told_before.value_or(path.local));
}

// RFC 5648 §5.4: to give all up, none is named.
bool BindingUpdateSender::uses_identifier(const Terms& terms) const {
    return terms.bound != nullptr && pending_->lifetime != wire::Lifetime::zero();
}

// RFC 6089 §5.2: what an update of the binding in use leaves out, the home agent forgets.
ToldFlows BindingUpdateSender::tell_flows(const mobility::Path& path, const Terms& terms,
                                          wire::BindingUpdate& update) const {
    return uses_identifier(terms) && pending_->priority == priority_in_use
               ? client::tell_flows(flows_of_bindings(terms.flows, *terms.bound, path), update)
               : ToldFlows();
}

// RFC 3963 §5.2: in all updates; §5.8: but for those that give the binding up.
bool BindingUpdateSender::names_network(const Terms& terms) const {
    return !terms.network_prefixes.empty() && pending_->lifetime != wire::Lifetime::zero();
}

// RFC 5648 §5.9: always at first, since the home agent may have bindings from an earlier time.
bool BindingUpdateSender::is_in_place_of_all(const mobility::Path& path, const Terms& terms) const {
    return terms.bound == nullptr ||
           (pending_->priority == priority_in_use && !terms.bound->has_other_than(path));
}

mobility::Seal BindingUpdateSender::seal(const Terms& terms) const {
    if (settings_.protection == mobility::Protection::none) {
        return mobility::Unprotected{};
    }
    if (pending_->by_handshake || !terms.session || unanswered_handshake_) {
        return mobility::StartHandshake{};
    }
    return mobility::InSession{*terms.session};
}

const SentUpdate* BindingUpdateSender::outstanding(wire::SequenceNumber sequence) const {
    if (!pending_) {
        return nullptr;
    }
    const auto found = std::ranges::find(pending_->sent, sequence, &SentUpdate::sequence);
    return found != pending_->sent.end() ? &*found : nullptr;
}

std::vector<mobility::Path> BindingUpdateSender::paths_tried() const {
    std::vector<mobility::Path> paths;
    for (const SentUpdate& sent : pending_ ? pending_->sent : std::vector<SentUpdate>()) {
        if (std::ranges::find(paths, sent.path) == paths.end()) {
            paths.push_back(sent.path);
        }
    }
    return paths;
}

std::size_t BindingUpdateSender::unanswered_tries(Instant now) const {
    if (!pending_ || pending_->tries == 0) {
        return 0;
    }
    return now < pending_->send_at ? pending_->tries - 1 : pending_->tries;
}

}  // namespace godwit::client
