#include "client/core/joining.hpp"

#include <utility>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;

constexpr wire::Lifetime lifetime{10};  // 40 s: as long as it lasts if its end gets lost
constexpr auto first_timeout = 1s;      // somebody waits for it

// That of the acknowledgement that has just been taken.
std::optional<wire::BindingStatus> refusal_among(const Actions& actions) {
    for (const mobility::Action& action : actions) {
        const auto* event = std::get_if<mobility::Event>(&action);
        const auto* refused =
            event != nullptr ? std::get_if<mobility::BindingRefused>(event) : nullptr;
        if (refused != nullptr) {
            return refused->status;
        }
    }
    return std::nullopt;
}

}  // namespace

Joining::Joining(const wire::HomeAddress& home, const wire::HomeAgentAddress& home_agent,
                 wire::SequenceNumber first_sequence)
    : registration_({.home = home,
                     .home_agent = home_agent,
                     .lifetime = lifetime,
                     .protection = mobility::Protection::sealed,
                     .first_registration_timeout = first_timeout,
                     .first_sequence = first_sequence,
                     .wants_ipv4 = false}) {}

Actions Joining::begin(Instant now, std::vector<mobility::Path> paths) {
    Actions actions;
    registration_.register_paths(now, std::move(paths), actions);
    return actions;
}

Actions Joining::on_received(Instant now, const mobility::Received& received) {
    Actions actions;
    if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
        if (hint->kind == mobility::Hint::Kind::join_refused &&
            registration_.is_asking(hint->sequence)) {
            refusal_ = hint->refusal;
        }
        return actions;
    }
    const auto& message = std::get<0>(received.content);
    const auto* acknowledgement = std::get_if<wire::BindingAcknowledgement>(&message.message());
    if (acknowledgement == nullptr) {
        return actions;
    }
    using Outcome = HomeRegistration::Outcome;
    const Outcome outcome =
        registration_.on_acknowledgement(now, message, *acknowledgement, actions);
    if (outcome == Outcome::registered && !has_joined_) {
        has_joined_ = true;
        registration_.deregister(now, registration_.binding(now)->path, actions);
    } else if (outcome == Outcome::deregistered) {
        has_left_ = true;
    } else if (!has_joined_) {
        refused_ = refusal_among(actions);
    }
    return actions;
}

Actions Joining::on_deadline(Instant now) {
    Actions actions;
    registration_.on_deadline(now, actions);
    return actions;
}

}  // namespace godwit::client
