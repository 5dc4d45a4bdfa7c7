#include "client/core/portal_watch.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {
namespace {

using mobility::Instant;

bool has(const std::vector<PortalPlace>& places, const PortalPlace& place) {
    return std::ranges::find(places, place) != places.end();
}

}  // namespace

std::string_view name(PortalSource source) {
    switch (source) {
        case PortalSource::router_advertisement:
            return "router-advertisement";
        case PortalSource::dhcp:
            return "dhcp";
        case PortalSource::redirect:
            return "redirect";
    }
    return "unknown";
}

void PortalWatch::follow(Instant now, HomeAgent home_agent,
                         const std::vector<PortalPlace>& places) {
    arrive(now, places);
    if (home_agent == HomeAgent::answers) {
        portal_.reset();
        asked_ = 0;
    }
    if (home_agent != HomeAgent::silent) {
        silent_since_.reset();
    } else if (!silent_since_) {
        silent_since_ = now;
    }
    plan(now);
}

// What was found and asked in other networks says nothing of one that is new.
void PortalWatch::arrive(Instant now, const std::vector<PortalPlace>& places) {
    if (places == places_) {
        return;
    }
    const bool is_new = std::ranges::any_of(
        places, [this](const PortalPlace& place) { return !has(places_, place); });
    if (is_new) {
        asked_at_.reset();
        asked_ = 0;
        if (silent_since_) {
            silent_since_ = now;
        }
    }
    places_ = places;
    if (std::ranges::none_of(found_at_,
                             [this](const PortalPlace& place) { return has(places_, place); })) {
        portal_.reset();
    }
}

void PortalWatch::plan(Instant now) {
    if (!silent_since_ || portal_ || places_.empty()) {
        ask_at_.reset();
        return;
    }
    ask_at_ = *silent_since_ + patience;
    if (asked_at_) {
        const std::size_t times = std::max<std::size_t>(asked_, 1);
        ask_at_ = std::max(*ask_at_, *asked_at_ + pauses.at(std::min(times, pauses.size()) - 1));
    }
    ask_at_ = std::max(*ask_at_, now);
}

bool PortalWatch::take_question(Instant now) {
    if (!ask_at_ || now < *ask_at_) {
        return false;
    }
    asked_at_ = now;
    ++asked_;
    plan(now);
    return true;
}

void PortalWatch::on_found(Portal portal) {
    if (!silent_since_) {
        return;  // it was answered meanwhile
    }
    portal_ = std::move(portal);
    found_at_ = places_;
    ask_at_.reset();
}

}  // namespace godwit::client
