#include "client/attachment_watch.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "client/link_changes.hpp"
#include "shared/platform/link_kind.hpp"
#include "shared/platform/router_reachability.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/some_packets.hpp"

namespace godwit::client {
namespace {

// Where a default route leads: 192.0.2.1, RFC 5737.
const wire::Ipv6Address anywhere_in_ipv4 =
    wire::Ipv6Address::mapped(wire::Ipv4Address{{192, 0, 2, 1}});

RouterHeard heard_from(const platform::AdvertisedRouter& router, std::uint32_t mtu) {
    const wire::NeighborOptions& options = router.advertisement.options;
    RouterHeard heard{.interface = router.interface,
                      .router = router.router,
                      .mtu = mtu,
                      .default_for = router.advertisement.router_lifetime,
                      .interval = options.advertisement_interval,
                      .link_layer = options.source_link_layer};
    for (const wire::PrefixInformation& information : options.prefixes) {
        heard.prefixes.push_back({information.prefix, information.valid_lifetime});
    }
    return heard;
}

// The address by which to ask a router: link-local, if the kernel lets it send yet.
const platform::KnownAddress* source_on(const platform::NetworkSnapshot& network,
                                        mobility::InterfaceIndex interface) {
    const auto found =
        std::ranges::find_if(network.addresses, [&](const platform::KnownAddress& known) {
            return known.interface == interface && known.address.is_link_local() &&
                   !known.duplicate && (!known.tentative || known.optimistic);
        });
    return found != network.addresses.end() ? &*found : nullptr;
}

bool leads_to(const platform::NetworkSnapshot& network, mobility::InterfaceIndex interface,
              const wire::Ipv6Address& destination) {
    return std::ranges::any_of(network.routes, [&](const platform::KnownRoute& route) {
        return route.interface == interface && route.destination.contains(destination);
    });
}

}  // namespace

AttachmentWatch::AttachmentWatch(const Settings& settings, runtime::EventLoop& loop,
                                 const runtime::Log& log, OnChange on_change, OnResume on_resume)
    : settings_(settings),
      loop_(loop),
      log_(log),
      on_change_(std::move(on_change)),
      on_resume_(std::move(on_resume)),
      heard_(settings.home_prefix),
      endpoints_(settings.endpoints, settings.queries, loop, log, [this] { tell(); }) {}

void AttachmentWatch::start() {
    watches_ = {loop_.on_readable(monitor_.descriptor(), [this] { on_network_event(); }),
                loop_.on_readable(routers_.descriptor(), [this] { hear_routers(); }),
                loop_.on_readable(metered_.descriptor(),
                                  [this] {
                                      if (metered_.process()) {
                                          tell();
                                      }
                                  }),
                loop_.on_readable(sleep_.descriptor(), [this] {
                    if (sleep_.process()) {
                        resume();
                    }
                })};
    look();
}

// Another network may be here, and a router that was known may not: each is asked, as after a loss
// of the link that nobody saw.
void AttachmentWatch::resume() {
    log_.info("resumed");
    look();
    const mobility::Instant at = runtime::boot_now();
    for (const platform::Link& up : network_.links) {
        if (up.is_up && up.is_running && up.index != settings_.tunnel) {
            ask(heard_.on_link_shaken(at, up.index));
        }
    }
    endpoints_.look_up(attachments().candidates);
    tell();
    on_resume_();
}

void AttachmentWatch::on_network_event() {
    if (monitor_.changed() && pacing_.on_event(runtime::boot_now())) {
        look();
    }
}

void AttachmentWatch::look() {
    pacing_.on_look(runtime::boot_now());
    metered_.connect();
    sleep_.connect();
    try {
        follow(monitor_.snapshot());
    } catch (const std::system_error& error) {
        log_.warning("network-not-read", {{"reason", error.what()}});
        pacing_.on_failure(runtime::boot_now());
        return;
    }
    tell();
}

// A link that comes up is asked for its routers at once; the kernel waits up to a second.
void AttachmentWatch::follow(platform::NetworkSnapshot now) {
    const mobility::Instant at = runtime::boot_now();
    const LinkChanges changes = link_changes(network_, now);
    network_ = std::move(now);
    kinds_.clear();
    std::ranges::for_each(changes.gone, [&](auto link) { heard_.on_link_gone(link); });
    std::ranges::for_each(changes.lost, [&](auto link) { heard_.on_link_lost(link); });
    for (const auto& gone : {changes.gone, changes.lost}) {
        std::erase_if(portals_, [&](const AdvertisedPortal& portal) {
            return std::ranges::find(gone, portal.interface) != gone.end();
        });
    }
    for (const mobility::InterfaceIndex up : changes.up) {
        if (up != settings_.tunnel) {
            ask(heard_.on_link_up(at, up));
        }
    }
    for (const mobility::InterfaceIndex shaken : changes.shaken) {
        ask(heard_.on_link_shaken(at, shaken));
    }
    for (const platform::UnreachableNeighbour& neighbour : changes.unreachable) {
        ask(heard_.on_unreachable(at, neighbour.interface, neighbour.address));
    }
    ask(heard_.on_addresses(at));
    if (settings_.on_network) {
        settings_.on_network(network_);
    }
}

void AttachmentWatch::ask(const RouterQuestions& questions) {
    for (const RouterQuestion& question : questions) {
        if (const auto* probe = std::get_if<ProbeRouter>(&question)) {
            ask(*probe);
        } else {
            routers_.solicit(std::get<SolicitRouters>(question).interface);
        }
    }
}

void AttachmentWatch::ask(const ProbeRouter& question) {
    const platform::KnownAddress* source = source_on(network_, question.interface);
    if (source == nullptr) {
        heard_.on_not_asked(question);
        return;
    }
    const platform::Link* on = link(question.interface);
    const bool may_be_remembered = on != nullptr && !source->optimistic;
    log_.debug("router-asked", {{"router", question.router}});
    routers_.probe({.interface = question.interface,
                    .router = question.router,
                    .router_link_layer = question.link_layer,
                    .source = source->address,
                    .source_link_layer = may_be_remembered ? on->link_layer : std::nullopt});
}

void AttachmentWatch::hear_routers() {
    runtime::take_some_packets(routers_, [this](const platform::RouterNews& news) {
        if (const auto* router = std::get_if<platform::AdvertisedRouter>(&news)) {
            hear(*router);
        } else {
            const auto& answer = std::get<platform::ReachableRouter>(news);
            heard_.on_answer(runtime::boot_now(), answer.interface, answer.router);
        }
    });
    tell();
}

void AttachmentWatch::hear(const platform::AdvertisedRouter& router) {
    if (router.interface == settings_.tunnel) {
        return;
    }
    const platform::Link* on = link(router.interface);
    const RouterHeard heard = heard_from(router, on != nullptr ? on->mtu : 1500);
    ask(heard_.on_router_heard(runtime::boot_now(), heard));
    note_portal(router);
}

// Each of its advertisements tells all of it; RFC 8910 §2.3 has none that keeps silent about it.
void AttachmentWatch::note_portal(const platform::AdvertisedRouter& router) {
    std::erase_if(portals_, [&](const AdvertisedPortal& portal) {
        return portal.interface == router.interface && portal.router == router.router;
    });
    constexpr std::size_t most = 16;  // whoever is on the link may say to be many routers
    const auto& uri = router.advertisement.options.captive_portal;
    if (uri && !uri->empty() && portals_.size() < most) {
        portals_.push_back({router.interface, router.router, *uri});
    }
}

std::optional<std::string> AttachmentWatch::advertised_portal(
    mobility::InterfaceIndex interface) const {
    const auto found = std::ranges::find(portals_, interface, &AdvertisedPortal::interface);
    return found != portals_.end() ? std::optional(found->uri) : std::nullopt;
}

// Configured by hand, or of IPv4, it needs no router to stand for it.
bool AttachmentWatch::is_abandoned(const mobility::CandidateAddress& candidate) const {
    const auto known =
        std::ranges::find(network_.addresses, candidate.address, &platform::KnownAddress::address);
    return known != network_.addresses.end() && !known->permanent &&
           !candidate.address.mapped_ipv4() &&
           heard_.is_abandoned(runtime::boot_now(), candidate.interface, candidate.address);
}

// Between two default routers of a link it decides by what it knows of them.
void AttachmentWatch::tell_kernel() {
    std::vector<ReplacedRouter> now = heard_.replaced(runtime::boot_now());
    for (const ReplacedRouter& router : now) {
        if (std::ranges::find(replaced_, router) == replaced_.end()) {
            log_.debug("router-replaced", {{"router", router.router}});
            platform::report_unreachable(netlink_, router.interface, router.router);
        }
    }
    for (const ReplacedRouter& router : replaced_) {
        if (router.link_layer && std::ranges::find(now, router) == now.end()) {
            platform::report_reachable(netlink_, router.interface, router.router,
                                       *router.link_layer);
        }
    }
    replaced_ = std::move(now);
    tell_lost_prefixes();
}

// A laptop that leaves its home link behind the kernel's back would else look for its home agent
// among its neighbors, for as long as the home prefix is valid.
void AttachmentWatch::tell_lost_prefixes() {
    std::vector<LostPrefix> now = heard_.lost_prefixes(runtime::boot_now());
    for (const LostPrefix& lost : now) {
        if (std::ranges::find(lost_prefixes_, lost) == lost_prefixes_.end()) {
            log_.debug("prefix-left", {{"prefix", lost.prefix}});
            platform::report_off_link(netlink_, lost.interface, lost.prefix);
        }
    }
    for (const LostPrefix& lost : lost_prefixes_) {
        if (std::ranges::find(now, lost) == now.end()) {
            routers_.solicit(lost.interface);  // if it is back, the kernel has to hear it too
        }
    }
    lost_prefixes_ = std::move(now);
}

void AttachmentWatch::note_silence() {
    std::vector<NextHop> silent;
    for (const auto& [interface, address] : platform::silent_next_hops(network_, destination())) {
        silent.push_back({interface, address});
    }
    next_hops_.on_silent(runtime::boot_now(), silent);
}

// What comes of it is an event of the network.
void AttachmentWatch::ask_silent() {
    for (const NextHop& next_hop : next_hops_.on_deadline(runtime::boot_now())) {
        log_.debug("next-hop-asked", {{"address", next_hop.address}});
        platform::ask_again(netlink_, next_hop.interface, next_hop.address);
    }
}

void AttachmentWatch::tell() {
    tell_kernel();
    note_silence();
    const mobility::Attachments now = attachments();
    if (now == told_) {
        return;
    }
    for (const mobility::CandidateAddress& candidate : now.candidates) {
        log_.debug("address-offered", {{"address", candidate.address},
                                       {"preference", candidate.preference},
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
        endpoints_.look_up(now.candidates);
    }
}

mobility::Attachments AttachmentWatch::attachments() const {
    mobility::Attachments now{.candidates = platform::candidates(network_, destination()),
                              .home = heard_.home_link(runtime::boot_now())};
    if (now.home && !leads_to(network_, now.home->interface, settings_.home_agent.address)) {
        now.home.reset();  // its router has answered earlier than the kernel has a way to it
    }
    if (const auto& home_prefix = settings_.home_prefix) {
        // The home agent would refuse a care-of address there: the tunnel would loop.
        std::erase_if(now.candidates, [&](const mobility::CandidateAddress& candidate) {
            return home_prefix->contains(candidate.address);
        });
    }
    std::erase_if(now.candidates, [&](const mobility::CandidateAddress& candidate) {
        return std::ranges::any_of(settings_.network_prefixes, [&](const wire::Prefix& prefix) {
            return prefix.contains(candidate.address);
        });
    });
    for (mobility::CandidateAddress& candidate : now.candidates) {
        candidate.abandoned = is_abandoned(candidate);
        candidate.preference = settings_.links.rank(traits(candidate.interface));
    }
    now.endpoints = endpoints_.known(now.candidates);
    return now;
}

platform::Destination AttachmentWatch::destination() const {
    platform::Destination destination{.home_agent = {settings_.home_agent.address},
                                      .home = settings_.home,
                                      .ipv4_home = std::nullopt,  // it is on the tunnel alone
                                      .tunnel = settings_.tunnel};
    for (const mobility::HomeAgentEndpoint& endpoint : endpoints_.known({})) {
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
    for (const auto& deadline :
         {pacing_.due(), endpoints_.next_deadline(), next_hops_.next_deadline()}) {
        if (deadline) {
            next = next ? std::min(*next, *deadline) : *deadline;
        }
    }
    return next;
}

void AttachmentWatch::on_deadline() {
    if (const auto due = next_deadline(); !due || runtime::boot_now() < *due) {
        return;  // the daemon's loop has other deadlines, many of them under traffic
    }
    endpoints_.on_deadline();
    ask(heard_.on_deadline(runtime::boot_now()));
    ask_silent();
    if (pacing_.is_due(runtime::boot_now())) {
        look();
    } else {
        tell();
    }
}

const platform::Link* AttachmentWatch::link(mobility::InterfaceIndex interface) const {
    const auto found = std::ranges::find(network_.links, interface, &platform::Link::index);
    return found != network_.links.end() ? &*found : nullptr;
}

mobility::LinkTraits AttachmentWatch::traits(mobility::InterfaceIndex interface) const {
    const platform::Link* on = link(interface);
    if (on == nullptr) {
        return {};
    }
    auto kind = kinds_.find(interface);
    if (kind == kinds_.end()) {
        kind = kinds_.emplace(interface, platform::kind_of(*on)).first;
    }
    mobility::LinkTraits traits{.name = on->name,
                                .kind = kind->second,
                                .is_metered = metered_.interfaces().contains(on->name)};
    traits.is_metered = settings_.links.is_metered(traits);
    return traits;
}

}  // namespace godwit::client
