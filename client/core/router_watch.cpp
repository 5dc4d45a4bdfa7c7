#include "client/core/router_watch.hpp"

#include <algorithm>

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

// A router that is still there answers a solicitation within RFC 4861's MAX_RA_DELAY_TIME of 0.5 s.
constexpr auto patience = 1s;
constexpr std::size_t max_sightings =
    64;  // on one link; who floods it with routers drives out the oldest

// With the R flag (RFC 6275 §7.2) a router's whole address stands where its prefix does.
bool is_same(const wire::Prefix& advertised, const wire::Prefix& prefix) {
    return advertised.length == prefix.length && prefix.contains(advertised.address);
}

}  // namespace

bool RouterWatch::on_router_heard(mobility::Instant now, const RouterHeard& heard) {
    note(now, heard);
    return doubt_others(now, heard);
}

void RouterWatch::note(mobility::Instant now, const RouterHeard& heard) {
    std::vector<Sighting>& link = links_[heard.interface];
    std::erase_if(link, [&](const Sighting& sighting) {
        return now >= sighting.until || sighting.router == heard.router;
    });
    for (const RouterHeard::AdvertisedPrefix& advertised : heard.prefixes) {
        if (advertised.valid_for > 0s) {
            link.push_back({.prefix = advertised.prefix,
                            .router = heard.router,
                            .mtu = heard.mtu,
                            .heard = now,
                            .until = now + advertised.valid_for});
        }
    }
    if (link.size() > max_sightings) {
        link.erase(link.begin(), link.end() - max_sightings);
    }
}

bool RouterWatch::doubt_others(mobility::Instant now, const RouterHeard& heard) {
    bool is_new_doubt = false;
    for (Sighting& sighting : links_[heard.interface]) {
        const bool is_other = sighting.router != heard.router;
        if (is_other && !sighting.is_doubted && now >= sighting.heard + patience) {
            sighting.is_doubted = true;
            sighting.until = std::min(sighting.until, now + patience);
            is_new_doubt = true;
        }
    }
    return is_new_doubt;
}

void RouterWatch::on_link_lost(mobility::InterfaceIndex interface) {
    links_.erase(interface);
}

std::optional<mobility::HomeLink> RouterWatch::home_link(mobility::Instant now) const {
    for (const auto& [interface, link] : links_) {
        for (const Sighting& sighting : link) {
            if (home_prefix_ && now < sighting.until && is_same(sighting.prefix, *home_prefix_)) {
                return mobility::HomeLink{
                    .interface = interface, .router = sighting.router, .mtu = sighting.mtu};
            }
        }
    }
    return std::nullopt;
}

bool RouterWatch::is_abandoned(mobility::Instant now, mobility::InterfaceIndex interface,
                               const wire::Ipv6Address& address) const {
    const auto link = links_.find(interface);
    if (link == links_.end()) {
        return false;
    }
    bool is_heard = false;
    for (const Sighting& sighting : link->second) {
        if (now < sighting.until) {
            is_heard = true;
            if (sighting.prefix.contains(address)) {
                return false;
            }
        }
    }
    return is_heard;
}

std::optional<mobility::Instant> RouterWatch::next_deadline(mobility::Instant now) const {
    std::optional<mobility::Instant> next;
    for (const auto& [interface, link] : links_) {
        for (const Sighting& sighting : link) {
            if (now < sighting.until) {
                next = next ? std::min(*next, sighting.until) : sighting.until;
            }
        }
    }
    return next;
}

}  // namespace godwit::client
