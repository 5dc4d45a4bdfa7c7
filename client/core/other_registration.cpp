#include "client/core/other_registration.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "shared/wire/options/nat_detection.hpp"

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;

namespace {

// RFC 5555 §3.2.2: all ones where no NAT was seen, and 0 where nothing is advised.
std::optional<std::chrono::seconds> advised_keepalive(const wire::NatDetection* detection) {
    constexpr std::uint32_t no_nat = 0xffffffff;
    const std::uint32_t refresh = detection != nullptr ? detection->refresh.count() : no_nat;
    return refresh != 0 && refresh != no_nat ? std::optional(std::chrono::seconds(refresh))
                                             : std::nullopt;
}

}  // namespace

void OtherRegistration::ask(Instant now, std::vector<mobility::Path> paths, wire::Lifetime lifetime,
                            const BindingUpdateSender::Terms& terms, Actions& actions) {
    sender_.ask(now,
                {.paths = std::move(paths),
                 .lifetime = lifetime,
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

void OtherRegistration::on_bound(const SentUpdate& sent,
                                 const wire::BindingAcknowledgement& acknowledgement) {
    const wire::Lifetime granted = std::min(acknowledgement.lifetime, sent.lifetime);
    sender_.stop();
    bound_ = sent.path;
    keepalive_ = advised_keepalive(wire::find<wire::NatDetection>(acknowledgement.options));
    refresh_at_ = sent.at + std::chrono::nanoseconds(granted) / 2;
}

void OtherRegistration::stop() {
    sender_.stop();
    bound_.reset();
}

bool OtherRegistration::has_number_of(const mobility::Path& path) const {
    const auto paths = sender_.paths();
    return (bound_ && binding_id(*bound_) == binding_id(path)) ||
           std::ranges::find(paths, binding_id(path), binding_id) != paths.end();
}

void OtherRegistration::on_deadline(Instant now, wire::Lifetime lifetime,
                                    const BindingUpdateSender::Terms& terms, Actions& actions) {
    if (!terms.session) {
        stop();  // it was under that session
    } else if (sender_.is_pending()) {
        sender_.on_deadline(now, terms, actions);
    } else if (bound_ && now >= refresh_at_) {
        ask(now, {*bound_}, lifetime, terms, actions);
    }
}

std::optional<Instant> OtherRegistration::next_deadline() const {
    if (const auto send_at = sender_.next_deadline()) {
        return send_at;
    }
    return bound_ ? std::optional(refresh_at_) : std::nullopt;
}

}  // namespace godwit::client
