#include "client/core/home_link_watch.hpp"

#include <algorithm>

namespace godwit::client {
namespace {

// A home router that is still there answers a solicitation within RFC 4861's MAX_RA_DELAY_TIME of
// 0.5 s, or 3 s after its last advertisement at the latest.
constexpr std::chrono::seconds patience{1};

}  // namespace

bool HomeLinkWatch::on_router_heard(mobility::Instant now, const RouterHeard& heard) {
    const auto known = sightings_.find(heard.interface);
    if (heard.advertises_home_prefix && heard.valid_for > std::chrono::seconds::zero()) {
        sightings_[heard.interface] = {
            .link = {.interface = heard.interface, .router = heard.router, .mtu = heard.mtu},
            .until = now + heard.valid_for};
        return false;
    }
    if (known == sightings_.end()) {
        return false;
    }
    if (heard.router == known->second.link.router) {  // the home router takes its prefix back
        sightings_.erase(known);
        return false;
    }
    if (known->second.is_doubted) {
        return false;
    }
    known->second.is_doubted = true;
    known->second.until = std::min(known->second.until, now + patience);
    return true;
}

void HomeLinkWatch::on_link_lost(mobility::InterfaceIndex interface) {
    sightings_.erase(interface);
}

std::optional<mobility::HomeLink> HomeLinkWatch::home_link(mobility::Instant now) const {
    for (const auto& [interface, sighting] : sightings_) {
        if (now < sighting.until) {
            return sighting.link;
        }
    }
    return std::nullopt;
}

std::optional<mobility::Instant> HomeLinkWatch::next_deadline(mobility::Instant now) const {
    std::optional<mobility::Instant> next;
    for (const auto& [interface, sighting] : sightings_) {
        if (now < sighting.until) {
            next = next ? std::min(*next, sighting.until) : sighting.until;
        }
    }
    return next;
}

}  // namespace godwit::client
