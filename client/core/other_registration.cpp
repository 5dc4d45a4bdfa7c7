#include "client/core/other_registration.hpp"

#include <utility>

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;

void OtherRegistration::ask(Instant now, std::vector<mobility::Path> paths,
                            const BindingUpdateSender::Terms& terms, Actions& actions) {
    sender_.ask(now,
                {.paths = std::move(paths),
                 .lifetime = lifetime_,
                 .by_handshake = false,
                 .priority = priority_of_others,
                 .timeout = mobility::initial_bindack_timeout},
                terms, actions);
}

std::optional<SentUpdate> OtherRegistration::answered_by(
    const wire::BindingAcknowledgement& acknowledgement) const {
    const SentUpdate* sent = sender_.outstanding(acknowledgement.sequence);
    return sent != nullptr ? std::optional(*sent) : std::nullopt;
}

void OtherRegistration::on_bound(const SentUpdate& sent, wire::Lifetime granted) {
    sender_.stop();
    bound_ = sent.path;
    refresh_at_ = sent.at + std::chrono::nanoseconds(granted) / 2;
}

void OtherRegistration::stop() {
    sender_.stop();
    bound_.reset();
}

void OtherRegistration::on_deadline(Instant now, const BindingUpdateSender::Terms& terms,
                                    Actions& actions) {
    if (!terms.session) {
        stop();  // it was under that session
    } else if (sender_.is_pending()) {
        sender_.on_deadline(now, terms, actions);
    } else if (bound_ && now >= refresh_at_) {
        ask(now, {*bound_}, terms, actions);
    }
}

std::optional<Instant> OtherRegistration::next_deadline() const {
    if (const auto send_at = sender_.next_deadline()) {
        return send_at;
    }
    return bound_ ? std::optional(refresh_at_) : std::nullopt;
}

}  // namespace godwit::client
