#include "client/attachment_watch.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "shared/runtime/clock.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_delay = 10ms;  // after the network could not be read

// Where a default route leads: 192.0.2.1, RFC 5737.
const wire::Ipv6Address anywhere_in_ipv4 =
    wire::Ipv6Address::mapped(wire::Ipv4Address{{192, 0, 2, 1}});

RouterHeard heard_from(const platform::AdvertisedRouter& router, std::uint32_t mtu) {
    RouterHeard heard{.interface = router.interface, .router = router.router, .mtu = mtu};
    for (const wire::PrefixInformation& information : router.advertisement.options.prefixes) {
        heard.prefixes.push_back({information.prefix, information.valid_lifetime});
    }
    return heard;
}

}  // namespace

AttachmentWatch::AttachmentWatch(const Settings& settings, runtime::EventLoop& loop,
                                 const runtime::Log& log, OnChange on_change)
    : settings_(settings),
      loop_(loop),
      log_(log),
      on_change_(std::move(on_change)),
      heard_(settings.home_prefix),
      endpoints_(settings.endpoints, settings.query_mark, loop, log, [this] { tell(); }) {}

void AttachmentWatch::start() {
    loop_.on_readable(monitor_.descriptor(), [this] { on_network_event(); });
    loop_.on_readable(routers_.descriptor(), [this] { hear_routers(); });
    look();
}

void AttachmentWatch::on_network_event() {
    if (!monitor_.changed() || look_at_) {
        return;
    }
    const mobility::Instant now = runtime::boot_now();
    const mobility::Instant earliest = looks_.earliest(now);
    if (earliest <= now) {
        look();
    } else {
        look_at_ = earliest;
    }
}

void AttachmentWatch::look() {
    looks_.on_done(runtime::boot_now());
    look_at_.reset();
    try {
        platform::NetworkSnapshot now = monitor_.snapshot();
        compare_links(now);
        network_ = std::move(now);
    } catch (const std::system_error& error) {
        log_.warning("network-not-read", {{"reason", error.what()}});
        look_at_ = looks_.earliest(runtime::boot_now() + retry_delay);
        return;
    }
    tell();
}

// A link that comes up is asked for its routers at once; the kernel waits up to a second.
void AttachmentWatch::compare_links(const platform::NetworkSnapshot& now) {
    const auto is_usable = [](const platform::NetworkSnapshot& network,
                              mobility::InterfaceIndex index) {
        return std::ranges::any_of(network.links, [&](const platform::Link& link) {
            return link.index == index && link.is_up && link.is_running;
        });
    };
    for (const platform::Link& link : network_.links) {
        if (is_usable(network_, link.index) && !is_usable(now, link.index)) {
            heard_.on_link_lost(link.index);
        }
    }
    for (const platform::Link& link : now.links) {
        if (link.index != settings_.tunnel && is_usable(now, link.index) &&
            !is_usable(network_, link.index)) {
            routers_.solicit(link.index);
        }
    }
}

void AttachmentWatch::hear_routers() {
    for (;;) {
        const auto router = routers_.receive();
        if (router) {
            hear(*router);
        } else if (router.error() != std::errc::bad_message) {
            break;
        }
    }
    tell();
}

void AttachmentWatch::hear(const platform::AdvertisedRouter& router) {
    if (router.interface == settings_.tunnel) {
        return;
    }
    const platform::Link* on = link(router.interface);
    const RouterHeard heard = heard_from(router, on != nullptr ? on->mtu : 1500);
    if (heard_.on_router_heard(runtime::boot_now(), heard)) {
        routers_.solicit(router.interface);
    }
}

// Configured by hand, or of IPv4, it needs no router to stand for it.
bool AttachmentWatch::is_abandoned(const mobility::CandidateAddress& candidate) const {
    const auto known =
        std::ranges::find(network_.addresses, candidate.address, &platform::KnownAddress::address);
    return known != network_.addresses.end() && !known->permanent &&
           !candidate.address.mapped_ipv4() &&
           heard_.is_abandoned(runtime::boot_now(), candidate.interface, candidate.address);
}

void AttachmentWatch::tell() {
    const mobility::Attachments now = attachments();
    if (now == told_) {
        return;
    }
    for (const mobility::CandidateAddress& candidate : now.candidates) {
        log_.debug("address-offered", {{"address", candidate.address},
                                       {"metric", candidate.route_metric},
                                       {"tentative", candidate.tentative ? "yes" : "no"},
                                       {"abandoned", candidate.abandoned ? "yes" : "no"}});
    }
    for (const mobility::HomeAgentEndpoint& endpoint : now.endpoints) {
        log_.debug("home-agent-at", {{"address", endpoint.address}});
    }
    const bool is_elsewhere = !told_ || told_->candidates != now.candidates;
    told_ = now;
    on_change_(now);
    if (is_elsewhere && !now.candidates.empty()) {
        endpoints_.look_up();
    }
}

mobility::Attachments AttachmentWatch::attachments() const {
    mobility::Attachments now{.candidates = platform::candidates(network_, destination()),
                              .home = heard_.home_link(runtime::boot_now())};
    if (const auto& home_prefix = settings_.home_prefix) {
        // The home agent would refuse a care-of address there: the tunnel would loop.
        std::erase_if(now.candidates, [&](const mobility::CandidateAddress& candidate) {
            return home_prefix->contains(candidate.address);
        });
    }
    for (mobility::CandidateAddress& candidate : now.candidates) {
        candidate.abandoned = is_abandoned(candidate);
    }
    now.endpoints = endpoints_.known(
        std::ranges::any_of(now.candidates, [](const mobility::CandidateAddress& candidate) {
            return candidate.address.mapped_ipv4().has_value();
        }));
    return now;
}

platform::Destination AttachmentWatch::destination() const {
    platform::Destination destination{.home_agent = {settings_.home_agent.address},
                                      .home = settings_.home,
                                      .ipv4_home = std::nullopt,  // it is on the tunnel alone
                                      .tunnel = settings_.tunnel};
    for (const mobility::HomeAgentEndpoint& endpoint : endpoints_.known(false)) {
        destination.home_agent.push_back(endpoint.address);
    }
    if (endpoints_.has_names()) {
        // Perhaps of the other family, which only a network of that family tells.
        destination.home_agent.push_back(anywhere_in_ipv4);
    }
    return destination;
}

std::optional<mobility::Instant> AttachmentWatch::next_deadline() const {
    std::optional<mobility::Instant> next = heard_.next_deadline(runtime::boot_now());
    for (const auto& deadline : {look_at_, endpoints_.next_deadline()}) {
        if (deadline) {
            next = next ? std::min(*next, *deadline) : *deadline;
        }
    }
    return next;
}

void AttachmentWatch::on_deadline() {
    endpoints_.on_deadline();
    if (look_at_ && runtime::boot_now() >= *look_at_) {
        look();
    } else {
        tell();
    }
}

const platform::Link* AttachmentWatch::link(mobility::InterfaceIndex interface) const {
    const auto found = std::ranges::find(network_.links, interface, &platform::Link::index);
    return found != network_.links.end() ? &*found : nullptr;
}

}  // namespace godwit::client
