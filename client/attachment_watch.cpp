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

RouterHeard heard_from(const platform::AdvertisedRouter& router, std::uint32_t mtu) {
    RouterHeard heard{.interface = router.interface, .router = router.router, .mtu = mtu};
    for (const wire::PrefixInformation& information : router.advertisement.options.prefixes) {
        heard.prefixes.push_back({information.prefix, information.valid_lifetime});
    }
    return heard;
}

}  // namespace

AttachmentWatch::AttachmentWatch(const platform::Destination& destination,
                                 std::optional<wire::Prefix> home_prefix, const runtime::Log& log,
                                 OnChange on_change)
    : destination_(destination),
      home_prefix_(home_prefix),
      log_(log),
      on_change_(std::move(on_change)),
      heard_(home_prefix) {}

void AttachmentWatch::join(runtime::EventLoop& loop) {
    loop.on_readable(monitor_.descriptor(), [this] { on_network_event(); });
    loop.on_readable(routers_.descriptor(), [this] { hear_routers(); });
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
        if (link.index != destination_.tunnel && is_usable(now, link.index) &&
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
    if (router.interface == destination_.tunnel) {
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
    mobility::Attachments attachments{.candidates = platform::candidates(network_, destination_),
                                      .home = heard_.home_link(runtime::boot_now())};
    if (home_prefix_) {
        // The home agent would refuse a care-of address there: the tunnel would loop.
        std::erase_if(attachments.candidates, [this](const mobility::CandidateAddress& candidate) {
            return home_prefix_->contains(candidate.address);
        });
    }
    for (mobility::CandidateAddress& candidate : attachments.candidates) {
        candidate.abandoned = is_abandoned(candidate);
    }
    if (attachments != told_) {
        told_ = attachments;
        on_change_(attachments);
    }
}

std::optional<mobility::Instant> AttachmentWatch::next_deadline() const {
    const auto home = heard_.next_deadline(runtime::boot_now());
    return home && look_at_ ? std::min(*home, *look_at_) : home ? home : look_at_;
}

void AttachmentWatch::on_deadline() {
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
