#include "client/core/mobile_node.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;
using mobility::Path;

namespace {

// A better path that has failed before is taken again once it has carried for so long.
constexpr auto proving_time = std::chrono::seconds(10);

}  // namespace

std::string_view name(State state) {
    switch (state) {
        case State::unattached:
            return "unattached";
        case State::registering:
            return "registering";
        case State::registered:
            return "registered";
        case State::home:
            return "home";
        case State::revoked:
            return "revoked";
    }
    return "unknown";
}

MobileNode::MobileNode(const MobileNodeSettings& settings)
    : home_(settings.registration.home),
      preferences_({.home_agent = settings.registration.home_agent,
                    .encapsulations = settings.encapsulations,
                    .udp_is_cheaper = settings.udp_is_cheaper,
                    .ports = settings.ports}),
      registration_(settings.registration),
      roaming_({.home = settings.registration.home,
                .protection = settings.registration.protection,
                .first_heartbeat = settings.first_heartbeat,
                .scout_port = settings.scout_port,
                .mtu_probe_interval = settings.mtu_probe_interval},
               registration_),
      warm_(settings.registration.home, settings.first_heartbeat ^ 0x20000000U),
      flows_(settings.registration.home, settings.flows) {}

Actions MobileNode::on_attachments(Instant now, const mobility::Attachments& attachments) {
    Actions actions;
    attachments_ = attachments;
    if (attachments.home) {
        go_home(now, *attachments.home, actions);
    } else {
        go_away(now, attachments, actions);
    }
    return actions;
}

Actions MobileNode::on_resume(Instant now) {
    Actions actions;
    if (registration_.has_just_asked(now)) {
        return actions;  // the links were others already, or this has been told twice
    }
    if (roaming_.in_use() && registration_.may_ask(now)) {
        roaming_.on_resume(now, actions);
        follow_roaming(now, actions);
    } else {
        registration_.on_resume(now, actions);
    }
    return actions;
}

Actions MobileNode::on_let_through(Instant now) {
    Actions actions;
    if (!registration_.has_just_asked(now)) {
        registration_.on_resume(now, actions);
    }
    return actions;
}

// RFC 6275 §11.5.5: deregisters from the home address, which is the care-of address too.
void MobileNode::go_home(Instant now, const mobility::HomeLink& link, Actions& actions) {
    const Target home = AtHome{link};
    if (is_same_place(home, target_)) {
        target_ = home;  // its router or MTU may be others
        return;
    }
    begin_move(now, home, mobility::MoveCause::returned_home, actions);
    roaming_.rest();
    warm_.rest(registration_);
    last_sequence_away_ = last_sequence();
    registration_.deregister(now, home_path(link), actions);
}

Path MobileNode::home_path(const mobility::HomeLink& link) const {
    return {.interface = link.interface,
            .local = home_.address,
            .remote = preferences_.home_agent.address};
}

void MobileNode::go_away(Instant now, const mobility::Attachments& attachments, Actions& actions) {
    const auto* away = std::get_if<Away>(&target_);
    auto offers = path_offers(
        attachments, preferences_, roaming_.memory(), now,
        {.path = away != nullptr ? &away->path : nullptr, .is_proved = roaming_.is_proved(now)});
    if (!offers.empty()) {
        const auto if_lost = cause_of_move(last_place_, offers.front(), attachments);
        roaming_.on_offers(now, std::move(offers), if_lost, actions);
        follow_roaming(now, actions);
    } else if (!std::holds_alternative<Nowhere>(target_)) {
        begin_move(now, Nowhere{}, mobility::MoveCause::address_lost, actions);
        roaming_.rest();
        warm_.rest(registration_);
        registration_.suspend(actions);
    }
}

// Where the path in use starts is where the node is.
void MobileNode::follow_roaming(Instant now, Actions& actions) {
    if (!roaming_.in_use() || is_leaving_) {
        return;
    }
    const Target place = *roaming_.in_use();
    if (is_same_place(place, target_)) {
        target_ = place;
    } else {
        begin_move(now, place, roaming_.cause(), actions);
    }
    keep_others(now, actions);
}

void MobileNode::begin_move(Instant now, const Target& to, mobility::MoveCause cause,
                            Actions& actions) {
    move_ = Move{.from = address_of(last_place_, home_), .cause = cause, .began = now};
    target_ = to;
    record_move(now, actions);
}

void MobileNode::record_move(Instant now, Actions& actions) {
    if (std::holds_alternative<Nowhere>(target_)) {
        record_.on_link_lost(now);
        return;
    }
    if (std::holds_alternative<Nowhere>(last_place_)) {
        return;  // it was nowhere before, and has nothing to lose
    }
    record_.begin(now, {.home = home_,
                        .from = move_->from,
                        .to = address_of(target_, home_),
                        .cause = move_->cause});
    if (const auto* away = std::get_if<Away>(&target_)) {
        using What = mobility::WatchTraffic::What;
        actions.emplace_back(mobility::WatchTraffic{home_, What::any_sent});
        actions.emplace_back(mobility::WatchTraffic{home_, What::received_along, away->path});
    }
}

// What stands beside the path in use: another one for the time when this one fails, and the flows
// that take it even now.
void MobileNode::keep_others(Instant now, Actions& actions) {
    if (!roaming_.is_settled()) {
        return;
    }
    warm_.on_place(now, roaming_.in_use()->path, roaming_.offers(), registration_);
    warm_.on_deadline(now, registration_, actions);
    roaming_.on_warm(warm_.path());
    flows_.on_bound(registration_.bound(), roaming_.offers(), registration_.refused_flows(),
                    actions);
    roaming_.on_flows(flows_.go_beside(roaming_.in_use()->path));
    registration_.bind_flows(now, flows_.options(), actions);
    if (warm_.has_answered_since(now - proving_time)) {
        roaming_.prefer(now, Path(*warm_.path()), actions);
    }
}

Actions MobileNode::on_stop(Instant now) {
    Actions actions;
    is_leaving_ = true;
    if (std::holds_alternative<Away>(target_)) {
        registration_.leave(now, roaming_.round_trip(), actions);
    }
    return actions;
}

Actions MobileNode::on_received(Instant now, const mobility::Received& received) {
    Actions actions;
    const auto* hint = std::get_if<mobility::Hint>(&received.content);
    if (hint != nullptr && is_expected(received)) {
        on_hint(now, *hint, actions);
    } else if (hint == nullptr) {
        const auto& message = std::get<0>(received.content);
        if (const auto* proof = std::get_if<mobility::InSession>(&message.proof())) {
            registration_.on_heard(proof->session);
        }
        on_message(now, received, message, actions);
        follow_roaming(now, actions);
    }
    return actions;
}

void MobileNode::on_message(Instant now, const mobility::Received& received,
                            const mobility::Authenticated<wire::MobilityMessage>& message,
                            Actions& actions) {
    if (!is_expected(received)) {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
    } else if (const auto* acknowledgement =
                   std::get_if<wire::BindingAcknowledgement>(&message.message())) {
        on_acknowledgement(now, message, *acknowledgement, actions);
    } else if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&message.message())) {
        on_heartbeat(now, received, *heartbeat, actions);
    } else if (std::holds_alternative<wire::BindingRefreshRequest>(message.message())) {
        registration_.on_doubt(now, actions);
    } else if (const auto* revocation =
                   std::get_if<wire::BindingRevocationIndication>(&message.message())) {
        on_revocation(now, received, message.proof(), *revocation, actions);
    } else if (const auto* order = std::get_if<wire::HomeAgentSwitch>(&message.message())) {
        on_switch(now, message.proof(), *order, actions);
    } else {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
    }
}

void MobileNode::on_acknowledgement(Instant now,
                                    const mobility::Authenticated<wire::MobilityMessage>& message,
                                    const wire::BindingAcknowledgement& acknowledgement,
                                    Actions& actions) {
    const auto outcome = registration_.on_acknowledgement(now, message, acknowledgement, actions);
    bool is_there = outcome != HomeRegistration::Outcome::none;
    if (!is_there && roaming_.is_settled() && registration_.binding(now) == nullptr) {
        on_unbound(now, actions);  // one of the other kind was given up, and its tunnel with it
    }
    if (outcome == HomeRegistration::Outcome::registered && roaming_.in_use()) {
        is_there = roaming_.on_acknowledged(now, acknowledgement, actions);
        follow_roaming(now, actions);
    }
    if (outcome == HomeRegistration::Outcome::registered &&
        acknowledgement.status == wire::BindingStatus::accepted_prefix_discovery_necessary) {
        actions.emplace_back(mobility::Event{mobility::HomePrefixDoubtful{home_}});
    }
    if (outcome != HomeRegistration::Outcome::none) {
        refusal_.reset();
    }
    if (is_there) {
        on_arrival(now, actions);
    }
}

// RFC 5847 §3: a request is answered along the path it came by, which is what it asks about.
void MobileNode::on_heartbeat(Instant now, const mobility::Received& received,
                              const wire::Heartbeat& heartbeat, Actions& actions) {
    const auto seal = registration_.heartbeat_seal(now);
    if (heartbeat.response) {
        if (!is_leaving_) {
            warm_.on_response(now, heartbeat.sequence);
            roaming_.on_response(now, heartbeat, actions);
        }
    } else if (seal) {
        actions.emplace_back(mobility::SendMessage{
            .path = received.path,
            .home = home_,
            .message = wire::Heartbeat{.response = true, .sequence = heartbeat.sequence},
            .seal = *seal});
    }
}

void MobileNode::on_hint(Instant now, const mobility::Hint& hint, Actions& actions) {
    using Kind = mobility::Hint::Kind;
    if (hint.kind == Kind::authentication_failed) {
        registration_.on_doubt(now, hint.sequence, actions);
    } else if (hint.kind == Kind::join_refused) {
        if (registration_.is_asking(hint.sequence)) {
            refusal_ = hint.refusal;
        }
    } else if (hint.kind == Kind::cookie_given) {
        registration_.on_cookie(now, hint.sequence, actions);
    } else if (hint.kind == Kind::refresh_requested || hint.kind == Kind::unknown_binding) {
        registration_.on_doubt(now, actions);
    }
}

// The present place has been acknowledged.
void MobileNode::on_arrival(Instant now, Actions& actions) {
    if (move_ && !std::holds_alternative<Nowhere>(last_place_) &&
        !is_same_place(last_place_, target_)) {
        actions.emplace_back(
            mobility::Event{mobility::HandoverCompleted{.from = move_->from,
                                                        .to = address_of(target_, home_),
                                                        .cause = move_->cause,
                                                        .gap = now - move_->began}});
    }
    move_.reset();
    last_place_ = target_;
    record_.on_acknowledged(now);
}

Actions MobileNode::on_session_confirmed(Instant /*now*/, mobility::SessionId session) {
    registration_.on_heard(session);
    return {};
}

Actions MobileNode::on_rekey_due(Instant now, mobility::SessionId /*session*/) {
    Actions actions;
    registration_.on_doubt(now, actions);
    return actions;
}

Actions MobileNode::on_moved_endpoint(Instant /*now*/, mobility::SessionId /*session*/,
                                      const mobility::Path& /*path*/) {
    return {};  // home agents do not move
}

Actions MobileNode::on_traffic(Instant now, const mobility::TrafficNotice& notice) {
    using What = mobility::WatchTraffic::What;
    Actions actions;
    if (notice.what == What::any_sent) {
        record_.on_sent(now);
    } else if (notice.what == What::received_along) {
        record_.on_received(now);
    }
    if (!is_leaving_) {
        roaming_.on_traffic(now, notice, actions);
        follow_roaming(now, actions);
    }
    return actions;
}

Actions MobileNode::on_resent(Instant /*now*/, const mobility::ResentNotice& notice) {
    record_.on_resent(notice);
    return {};
}

Actions MobileNode::on_deadline(Instant now) {
    Actions actions;
    registration_.on_deadline(now, actions);
    if (is_leaving_) {
        return actions;
    }
    if (registration_.binding(now) == nullptr) {
        on_unbound(now, actions);
    }
    roaming_.on_deadline(now, actions);
    follow_roaming(now, actions);
    register_again_if_due(now, actions);
    if (const auto record = record_.take(now)) {
        actions.emplace_back(mobility::Event{*record});
    }
    return actions;
}

std::optional<Instant> MobileNode::next_deadline() const {
    if (is_leaving_) {
        return registration_.next_deadline();
    }
    return std::ranges::min(
        {registration_.next_deadline(), roaming_.next_deadline(),
         roaming_.in_use() || is_home_unacknowledged() ? registration_.ask_again_at()
                                                       : std::nullopt,
         roaming_.is_settled() ? warm_.next_deadline() : std::nullopt, record_.next_deadline()},
        {}, [](const auto& deadline) { return deadline.value_or(Instant::max()); });
}

bool MobileNode::is_care_of_address(const wire::Ipv6Address& address) const {
    return std::ranges::find(attachments_.candidates, address,
                             &mobility::CandidateAddress::address) != attachments_.candidates.end();
}

State MobileNode::state(Instant now) const {
    if (std::holds_alternative<Nowhere>(target_)) {
        return State::unattached;
    }
    if (registration_.is_revoked()) {
        return State::revoked;
    }
    if (!is_same_place(target_, last_place_)) {
        return State::registering;
    }
    if (std::holds_alternative<AtHome>(target_)) {
        return registration_.is_pending() ? State::registering : State::home;
    }
    return registration_.binding(now) != nullptr && !move_ ? State::registered : State::registering;
}

}  // namespace godwit::client
