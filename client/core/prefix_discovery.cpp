#include "client/core/prefix_discovery.hpp"

#include <algorithm>

namespace godwit::client {
namespace {

using mobility::Instant;

std::optional<Instant> end_of(Instant now, wire::Seconds lifetime) {
    return lifetime == wire::infinite_lifetime ? std::nullopt
                                               : std::optional<Instant>(now + lifetime);
}

// Early enough for all tries: when four fifths of the time are over, as with a binding.
std::optional<Instant> ask_before(Instant now, const wire::PrefixInformation& information) {
    const wire::Seconds lifetime = information.preferred_lifetime != wire::Seconds::zero()
                                       ? information.preferred_lifetime
                                       : information.valid_lifetime;
    if (lifetime == wire::infinite_lifetime || lifetime == wire::Seconds::zero()) {
        return std::nullopt;
    }
    return now + std::chrono::seconds(lifetime) * 4 / 5;
}

}  // namespace

void PrefixDiscovery::on_bound(Instant now, bool is_bound) {
    if (!is_bound_ && is_bound && asked_) {
        tries_ = 0;  // what was asked before has got lost with the binding
        ask_at_ = earliest(now);
    }
    is_bound_ = is_bound;
}

void PrefixDiscovery::on_doubt(Instant now) {
    if (asked_ && tries_ < max_tries) {
        return;  // it is being asked
    }
    asked_.reset();
    ask_at_ = earliest(now);
}

Instant PrefixDiscovery::earliest(Instant now) const {
    return sent_ ? std::max(now, *sent_ + least_gap) : now;
}

bool PrefixDiscovery::on_advertisement(Instant now, const wire::Ipv6Address& source,
                                       const wire::MobilePrefixAdvertisement& advertisement) {
    if (source != home_agent_.address || !is_bound_) {
        return false;
    }
    if (asked_ != advertisement.identifier || tries_ == 0) {
        on_doubt(now);
        return false;
    }
    asked_.reset();
    ask_at_.reset();
    for (const wire::PrefixInformation& information : advertisement.options.prefixes) {
        const auto prefix =
            wire::Prefix::around(information.prefix.address, information.prefix.length);
        // RFC 4862 §5.5.3 c: what is preferred for longer than it is valid is none.
        if (prefix.contains(home_.address) &&
            information.preferred_lifetime <= information.valid_lifetime) {
            learn(now, information);
        }
    }
    return true;
}

// It has come authenticated: its lifetimes count as they are (RFC 4862 §5.5.3 e).
void PrefixDiscovery::learn(Instant now, const wire::PrefixInformation& information) {
    known_ = KnownHomePrefix{
        .prefix = wire::Prefix::around(information.prefix.address, information.prefix.length),
        .preferred_until = end_of(now, information.preferred_lifetime),
        .valid_until = end_of(now, information.valid_lifetime)};
    ask_at_ = ask_before(now, information);
}

std::optional<wire::MobilePrefixSolicitation> PrefixDiscovery::take(Instant now) {
    if (!is_bound_ || !ask_at_ || now < *ask_at_) {
        return std::nullopt;
    }
    if (!asked_ || tries_ == max_tries) {
        // Never 0, which the home agent writes where nobody has asked.
        asked_ = static_cast<std::uint16_t>(1 + random_() % 0xffffU);
        tries_ = 0;
    }
    sent_ = now;
    ask_at_ = tries_ + 1 == max_tries ? std::nullopt
                                      : std::optional(now + first_timeout * (1U << tries_));
    ++tries_;
    return wire::MobilePrefixSolicitation{.identifier = *asked_, .options = {}};
}

}  // namespace godwit::client
