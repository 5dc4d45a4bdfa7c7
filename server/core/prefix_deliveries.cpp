#include "server/core/prefix_deliveries.hpp"

#include <algorithm>

namespace godwit::server {

// §10.6.2: where nothing has been sent for MaxMobPfxAdvInterval a transmission is scheduled. Who
// has not acknowledged and registers again is told again.
void PrefixDeliveries::on_bound(mobility::Instant now, const wire::HomeAddress& home) {
    if (!settings_.is_on) {
        return;  // and who is not known here gets no answer
    }
    const auto [place, is_new] = nodes_.try_emplace(home);
    Node& node = place->second;
    if (is_new) {
        deadlines_.put(home, now + random_delay());
    } else if (node.unacknowledged > max_retries) {
        node.unacknowledged = 0;
        deadlines_.put(home, std::max(now, *node.sent + least_gap));
    }
}

void PrefixDeliveries::on_unbound(const wire::HomeAddress& home) {
    nodes_.erase(home);
    deadlines_.put(home, std::nullopt);
}

void PrefixDeliveries::on_solicitation(mobility::Instant now, const wire::HomeAddress& home,
                                       const wire::MobilePrefixSolicitation& solicitation) {
    if (const auto found = nodes_.find(home); found != nodes_.end()) {
        Node& node = found->second;
        node.asked = solicitation.identifier;
        deadlines_.put(home, node.sent ? std::max(now, *node.sent + least_gap) : now);
    }
}

std::optional<PrefixDeliveries::Delivery> PrefixDeliveries::take(mobility::Instant now) {
    const auto home = deadlines_.due(now);
    if (!home) {
        return std::nullopt;
    }
    Node& node = nodes_.at(*home);
    return Delivery{*home, node.asked ? answer(now, *home, node) : tell_unasked(now, *home, node)};
}

wire::MobilePrefixAdvertisement PrefixDeliveries::answer(mobility::Instant now,
                                                         const wire::HomeAddress& home,
                                                         Node& node) {
    const std::uint16_t identifier = *node.asked;
    node = {.sent = now, .asked = {}, .unacknowledged = 0};
    deadlines_.put(home, now + settings_.max_interval + random_delay());
    return advertisement(identifier);
}

// §10.6.2: again after PREFIX_ADV_TIMEOUT, each time after twice as long. Who has not answered by
// then hears of it again in the course of time.
wire::MobilePrefixAdvertisement PrefixDeliveries::tell_unasked(mobility::Instant now,
                                                               const wire::HomeAddress& home,
                                                               Node& node) {
    if (node.unacknowledged > max_retries) {
        node.unacknowledged = 0;
    }
    node.sent = now;
    const bool is_last = node.unacknowledged == max_retries;
    deadlines_.put(home, is_last ? now + settings_.max_interval + random_delay()
                                 : now + first_timeout * (1U << node.unacknowledged));
    ++node.unacknowledged;
    return advertisement(0);
}

// RAND_ADV_DELAY, in whole seconds.
std::chrono::nanoseconds PrefixDeliveries::random_delay() {
    const auto longest = std::min<std::chrono::seconds>(
        settings_.max_interval, std::chrono::seconds(settings_.prefix.preferred_lifetime));
    const auto span = std::chrono::abs(longest - settings_.min_interval).count();
    return settings_.min_interval + std::chrono::seconds(span == 0 ? 0 : settings_.random() % span);
}

wire::MobilePrefixAdvertisement PrefixDeliveries::advertisement(std::uint16_t identifier) const {
    wire::MobilePrefixAdvertisement message{.identifier = identifier, .options = {}};
    message.options.prefixes.push_back(settings_.prefix);
    return message;
}

}  // namespace godwit::server
