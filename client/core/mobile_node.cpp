#include "client/core/mobile_node.hpp"

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;

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
    }
    return "unknown";
}

MobileNode::MobileNode(const RegistrationSettings& settings)
    : home_(settings.home), home_agent_(settings.home_agent), registration_(settings) {}

Actions MobileNode::on_attachments(Instant now, const mobility::Attachments& attachments) {
    Actions actions;
    const Target chosen = choose_target(attachments, target_, home_agent_);
    if (is_same_place(chosen, target_)) {
        target_ = chosen;  // its metric, router or MTU may be others
        return actions;
    }
    move_ = Move{.from = address_of(last_place_, home_),
                 .cause = cause_of_move(last_place_, chosen, attachments),
                 .began = now};
    target_ = chosen;
    pursue(now, actions);
    return actions;
}

void MobileNode::pursue(Instant now, Actions& actions) {
    if (const auto* away = std::get_if<Away>(&target_)) {
        registration_.register_path(now,
                                    {.interface = away->care_of.interface,
                                     .local = away->care_of.address,
                                     .remote = home_agent_.address},
                                    actions);
    } else if (const auto* home = std::get_if<AtHome>(&target_)) {
        // RFC 6275 §11.5.5: from the home address, which is the care-of address too.
        registration_.deregister(now,
                                 {.interface = home->link.interface,
                                  .local = home_.address,
                                  .remote = home_agent_.address},
                                 actions);
    } else {
        registration_.suspend();
    }
}

Actions MobileNode::on_stop(Instant now) {
    Actions actions;
    const Binding* bound = binding(now);
    if (bound != nullptr && std::holds_alternative<Away>(target_)) {
        registration_.deregister(now, bound->path, actions);
    }
    return actions;
}

Actions MobileNode::on_received(Instant now, const mobility::Received& received) {
    Actions actions;
    if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
        if (received.path.remote == home_agent_.address) {
            on_hint(now, *hint, actions);
        }
    } else {
        on_message(now, std::get<0>(received.content), actions);
    }
    return actions;
}

void MobileNode::on_message(Instant now,
                            const mobility::Authenticated<wire::MobilityMessage>& message,
                            Actions& actions) {
    if (const auto* acknowledgement =
            std::get_if<wire::BindingAcknowledgement>(&message.message())) {
        const auto outcome =
            registration_.on_acknowledgement(now, message, *acknowledgement, actions);
        if (outcome != HomeRegistration::Outcome::none) {
            on_arrival(now, actions);
        }
    } else if (std::holds_alternative<wire::BindingRefreshRequest>(message.message())) {
        registration_.on_doubt(now, actions);
    } else {
        actions.emplace_back(
            mobility::Event{mobility::MessageDropped{mobility::DropReason::not_expected}});
    }
}

void MobileNode::on_hint(Instant now, const mobility::Hint& hint, Actions& actions) {
    using Kind = mobility::Hint::Kind;
    if (hint.kind == Kind::authentication_failed) {
        registration_.on_doubt(now, hint.sequence, actions);
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
}

Actions MobileNode::on_session_confirmed(Instant /*now*/, mobility::SessionId /*session*/) {
    return {};  // the acknowledgement has said so already
}

Actions MobileNode::on_rekey_due(Instant now, mobility::SessionId /*session*/) {
    Actions actions;
    registration_.on_doubt(now, actions);
    return actions;
}

Actions MobileNode::on_moved_endpoint(Instant /*now*/, mobility::SessionId /*session*/,
                                      const mobility::Path& /*path*/) {
    return {};
}

Actions MobileNode::on_traffic(Instant /*now*/, const mobility::TrafficNotice& /*notice*/) {
    return {};
}

Actions MobileNode::on_deadline(Instant now) {
    Actions actions;
    registration_.on_deadline(now, actions);
    if (std::holds_alternative<Away>(target_) && !registration_.is_pending() &&
        registration_.binding(now) == nullptr) {
        pursue(now, actions);  // it has expired
    }
    return actions;
}

std::optional<Instant> MobileNode::next_deadline() const {
    return registration_.next_deadline();
}

State MobileNode::state(Instant now) const {
    if (std::holds_alternative<Nowhere>(target_)) {
        return State::unattached;
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
