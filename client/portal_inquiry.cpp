#include "client/portal_inquiry.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "client/core/packet_marks.hpp"
#include "client/core/portal_url.hpp"
#include "shared/platform/dhcp_lease.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::CandidateAddress;
using mobility::Path;

constexpr auto web_patience = 2s;
constexpr std::size_t most_paths = 4;  // asked one after the other

std::vector<PortalPlace> places_of(const mobility::Attachments& attachments) {
    std::vector<PortalPlace> places;
    for (const CandidateAddress& candidate : attachments.candidates) {
        const PortalPlace place{
            .interface = candidate.interface,
            .prefix = wire::Prefix::around(candidate.address, candidate.prefix_length)};
        if (std::ranges::find(places, place) == places.end()) {
            places.push_back(place);
        }
    }
    return places;
}

PortalWatch::HomeAgent home_agent_in(State state) {
    switch (state) {
        case State::registered:
        case State::home:
        case State::revoked:
            return PortalWatch::HomeAgent::answers;
        case State::registering:
            return PortalWatch::HomeAgent::silent;
        case State::unattached:
            break;
    }
    return PortalWatch::HomeAgent::not_asked;
}

}  // namespace

PortalInquiry::PortalInquiry(Settings settings, const AttachmentWatch& links,
                             runtime::EventLoop& loop, const runtime::Log& log,
                             std::function<void()> on_change)
    : settings_(std::move(settings)),
      links_(links),
      loop_(loop),
      log_(log),
      on_change_(std::move(on_change)) {}

void PortalInquiry::on_attachments(const mobility::Attachments& attachments) {
    attachments_ = attachments;
    places_ = places_of(attachments);
}

void PortalInquiry::follow(State state) {
    const auto home_agent = home_agent_in(state);
    watch_.follow(runtime::boot_now(), home_agent, places_);
    if (home_agent != PortalWatch::HomeAgent::silent) {
        to_ask_.clear();
        ask_next();
    }
    tell();
}

std::optional<mobility::Instant> PortalInquiry::next_deadline() const {
    return inquiry_ ? patience_ : watch_.next_deadline();
}

void PortalInquiry::on_deadline() {
    const mobility::Instant now = runtime::boot_now();
    if (inquiry_) {
        if (now >= *patience_) {
            ask_next();
        }
    } else if (watch_.take_question(now)) {
        ask();
    }
    tell();
}

void PortalInquiry::ask() {
    if (auto told = told_by_network()) {
        watch_.on_found(*std::move(told));
        return;
    }
    log_.debug("portal-asked-for");
    to_ask_ = paths();
    ask_next();
}

std::optional<Portal> PortalInquiry::told_by_network() const {
    for (const PortalPlace& place : places_) {
        const auto advertised = links_.advertised_portal(place.interface);
        if (const auto url = portal_url(advertised.value_or(""))) {
            return Portal{.url = *url, .source = PortalSource::router_advertisement};
        }
    }
    for (const PortalPlace& place : places_) {
        const auto leased =
            platform::captive_portal_in_lease(place.interface, links_.traits(place.interface).name);
        if (const auto url = portal_url(leased.value_or(""))) {
            return Portal{.url = *url, .source = PortalSource::dhcp};
        }
    }
    return std::nullopt;
}

// The usual ones are of IPv4, so that is asked first.
std::vector<Path> PortalInquiry::paths() const {
    std::vector<Path> paths;
    for (const bool is_ipv4 : {false, true}) {
        std::vector<wire::Ipv6Address> remotes;
        if (!is_ipv4) {
            remotes.push_back(settings_.home_agent.address);
        }
        for (const mobility::HomeAgentEndpoint& endpoint : attachments_.endpoints) {
            if (endpoint.address.mapped_ipv4().has_value() == is_ipv4) {
                remotes.insert(remotes.begin(), endpoint.address);
                break;
            }
        }
        for (const CandidateAddress& candidate : attachments_.candidates) {
            const bool is_same_family = candidate.address.mapped_ipv4().has_value() == is_ipv4;
            if (is_same_family && !candidate.tentative && !remotes.empty()) {
                paths.push_back({.interface = candidate.interface,
                                 .local = candidate.address,
                                 .remote = remotes.front()});
            }
        }
    }
    if (paths.size() > most_paths) {
        paths.erase(paths.begin(), paths.end() - most_paths);
    }
    return paths;
}

void PortalInquiry::ask_next() {
    readable_ = {};
    inquiry_.reset();
    while (!inquiry_ && !to_ask_.empty()) {
        asked_ = to_ask_.back();
        to_ask_.pop_back();
        try {
            inquiry_.emplace(*asked_, outer_packet_mark);
        } catch (const std::system_error&) {  // there is no way there
            continue;
        }
        patience_ = runtime::boot_now() + web_patience;
        readable_ = loop_.on_readable(inquiry_->descriptor(), [this] { proceed(); });
    }
}

void PortalInquiry::proceed() {
    bool is_over = true;
    try {
        is_over = inquiry_->proceed();
    } catch (const std::system_error&) {  // as if nothing had come
    }
    if (!is_over) {
        return;
    }
    const auto answer = inquiry_->answer().value_or(platform::WebAnswer{});
    const std::string host = platform::web_host(*asked_);
    const auto url = portal_url(
        {.status = answer.status, .location = answer.location, .host = host}, settings_.endpoints);
    if (url) {
        watch_.on_found({.url = *url, .source = PortalSource::redirect});
        to_ask_.clear();
    }
    ask_next();
    tell();
}

void PortalInquiry::tell() {
    const auto& portal = watch_.portal();
    const bool is_same =
        portal.has_value() == told_.has_value() &&
        (!portal || (portal->url == told_->url && name(portal->source) == told_->source));
    if (is_same) {
        return;
    }
    if (portal) {
        told_ = PortalReport{
            .url = portal->url, .source = name(portal->source), .since = runtime::wall_now()};
        log_.info("portal-found", {{"url", told_->url}, {"source", told_->source}});
    } else {
        told_.reset();
        log_.info("portal-cleared");
    }
    on_change_();
}

}  // namespace godwit::client
