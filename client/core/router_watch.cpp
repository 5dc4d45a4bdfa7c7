#include "client/core/router_watch.hpp"

#include <algorithm>

namespace godwit::client {
namespace {

using mobility::Instant;
using mobility::InterfaceIndex;

// On one link; who floods it with routers drives out the oldest.
constexpr std::size_t max_routers = 16;

}  // namespace

RouterQuestions RouterWatch::on_router_heard(Instant now, const RouterHeard& heard) {
    Routers& routers = links_[heard.interface];
    const auto found = std::ranges::find(routers, heard.router, &KnownRouter::address);
    const bool is_new = found == routers.end() || !found->stands();
    if (found == routers.end()) {
        routers.emplace_back(heard.router);
    } else {
        std::rotate(found, found + 1, routers.end());
    }
    routers.back().on_heard(now, heard);
    for (KnownRouter& router : routers) {
        if (router.address() != heard.router) {
            router.on_another_heard(now, is_new);
        }
    }
    if (routers.size() > max_routers) {
        routers.erase(routers.begin());
    }
    return due(now, heard.interface);
}

void RouterWatch::on_answer(Instant now, InterfaceIndex interface,
                            const wire::Ipv6Address& router) {
    if (KnownRouter* known = find(interface, router)) {
        known->on_answer(now);
    }
}

void RouterWatch::on_link_gone(InterfaceIndex interface) {
    links_.erase(interface);
}

void RouterWatch::on_link_lost(InterfaceIndex interface) {
    for (KnownRouter& router : on(interface)) {
        router.on_link_lost();
    }
}

RouterQuestions RouterWatch::on_link_up(Instant now, InterfaceIndex interface) {
    for (KnownRouter& router : on(interface)) {
        router.on_link_up(now);
    }
    return due(now, interface, true);
}

RouterQuestions RouterWatch::on_link_shaken(Instant now, InterfaceIndex interface) {
    for (KnownRouter& router : on(interface)) {
        router.on_link_shaken(now);
    }
    return due(now, interface, true);
}

RouterQuestions RouterWatch::on_unreachable(Instant now, InterfaceIndex interface,
                                            const wire::Ipv6Address& neighbor) {
    if (KnownRouter* known = find(interface, neighbor)) {
        known->doubt(now);
    }
    return due(now, interface);
}

void RouterWatch::on_not_asked(const ProbeRouter& question) {
    if (KnownRouter* known = find(question.interface, question.router)) {
        known->on_not_asked();
    }
}

RouterQuestions RouterWatch::on_addresses(Instant now) {
    for (auto& [interface, routers] : links_) {
        for (KnownRouter& router : routers) {
            router.on_addresses(now);
        }
    }
    return on_deadline(now);
}

RouterQuestions RouterWatch::on_deadline(Instant now) {
    RouterQuestions questions;
    for (auto& [interface, routers] : links_) {
        bool has_missed = false;
        for (KnownRouter& router : routers) {
            if (router.has_missed(now)) {
                router.doubt(now);
                has_missed = true;
            }
        }
        const RouterQuestions here = due(now, interface, has_missed);
        questions.insert(questions.end(), here.begin(), here.end());
    }
    return questions;
}

std::span<KnownRouter> RouterWatch::on(InterfaceIndex interface) {
    const auto link = links_.find(interface);
    return link != links_.end() ? std::span(link->second) : std::span<KnownRouter>{};
}

KnownRouter* RouterWatch::find(InterfaceIndex interface, const wire::Ipv6Address& router) {
    const auto routers = on(interface);
    const auto known = std::ranges::find(routers, router, &KnownRouter::address);
    return known != routers.end() ? &*known : nullptr;
}

// RFC 6275 §11.5.1: "If the default router does not respond to the Neighbor Solicitation it makes
// sense to proceed to multicasting a Router Solicitation."
RouterQuestions RouterWatch::due(Instant now, InterfaceIndex interface, bool solicit) {
    RouterQuestions questions;
    for (KnownRouter& router : on(interface)) {
        if (!router.take_question(now)) {
            continue;
        }
        if (router.link_layer()) {
            questions.emplace_back(ProbeRouter{interface, router.address(), *router.link_layer()});
        }
        solicit = solicit || !router.link_layer() || router.asked() == 2;
    }
    if (solicit) {
        questions.emplace_back(SolicitRouters{interface});
    }
    return questions;
}

std::optional<mobility::HomeLink> RouterWatch::home_link(Instant now) const {
    for (const auto& [interface, routers] : links_) {
        for (const KnownRouter& router : routers) {
            if (home_prefix_ && router.stands() && router.advertises(now, *home_prefix_)) {
                return mobility::HomeLink{
                    .interface = interface, .router = router.address(), .mtu = router.mtu()};
            }
        }
    }
    return std::nullopt;
}

// An address that no router has ever stood for may be of DHCPv6, or of a network before this one.
// Only where a prefix like its own is advertised is it held to be the latter: beside a unique local
// prefix alone it may be the only one that leads out.
bool RouterWatch::is_abandoned(Instant now, InterfaceIndex interface,
                               const wire::Ipv6Address& address) const {
    const auto link = links_.find(interface);
    if (link == links_.end()) {
        return false;
    }
    const bool had_its_own = std::ranges::any_of(link->second, [&](const KnownRouter& router) {
        return router.has_advertised_prefix_of(address);
    });
    bool is_other_heard = false;
    bool is_silent = false;
    for (const KnownRouter& router : link->second) {
        const bool is_its_own = router.advertises_prefix_of(now, address);
        if (router.stands() && !router.is_withdrawn(now)) {
            if (is_its_own) {
                return false;
            }
            is_other_heard =
                is_other_heard || (had_its_own ? router.advertises_any(now)
                                               : router.advertises_any_like(now, address));
        } else if (router.is_silent()) {
            is_silent = is_silent || is_its_own;
        }
    }
    return is_other_heard || is_silent;
}

std::vector<ReplacedRouter> RouterWatch::replaced(Instant now) const {
    std::vector<ReplacedRouter> replaced;
    for (const auto& [interface, routers] : links_) {
        const bool is_any_there = has_default_router(now, routers);
        for (const KnownRouter& router : routers) {
            if (is_any_there && !router.stands()) {
                replaced.push_back({interface, router.address(), router.link_layer()});
            }
        }
    }
    return replaced;
}

std::vector<LostPrefix> RouterWatch::lost_prefixes(Instant now) const {
    std::vector<LostPrefix> lost;
    for (const ReplacedRouter& gone : replaced(now)) {
        const Routers& routers = links_.at(gone.interface);
        const auto is_advertised = [&](const wire::Prefix& prefix) {
            return std::ranges::any_of(routers, [&](const KnownRouter& router) {
                return router.stands() && router.advertises(now, prefix);
            });
        };
        const auto router = std::ranges::find(routers, gone.router, &KnownRouter::address);
        for (const wire::Prefix& prefix : router->advertised(now)) {
            if (!is_advertised(prefix)) {
                lost.push_back({gone.interface, prefix});
            }
        }
    }
    return lost;
}

bool RouterWatch::has_default_router(Instant now, const Routers& routers) {
    return std::ranges::any_of(routers, [&](const KnownRouter& router) {
        return router.stands() && router.is_default(now);
    });
}

std::optional<Instant> RouterWatch::next_deadline(Instant now) const {
    std::optional<Instant> next;
    for (const auto& [interface, routers] : links_) {
        for (const KnownRouter& router : routers) {
            if (const auto at = router.next_deadline(now)) {
                next = next ? std::min(*next, *at) : at;
            }
        }
    }
    return next;
}

}  // namespace godwit::client
