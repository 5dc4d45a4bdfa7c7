#include "shared/platform/candidates.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>

namespace godwit::platform {
namespace {

bool same_family(const wire::Ipv6Address& one, const wire::Ipv6Address& other) {
    return one.mapped_ipv4().has_value() == other.mapped_ipv4().has_value();
}

bool reaches(const NetworkSnapshot& network, const KnownRoute& route,
             const wire::Ipv6Address& destination) {
    const UnreachableNeighbour next_hop{route.interface, route.gateway.value_or(destination)};
    return std::ranges::find(network.unreachable, next_hop) == network.unreachable.end();
}

// The route by which an interface would send there: the longest prefix, then a router that is not
// known to be silent, then the lowest metric.
const KnownRoute* best_route(const NetworkSnapshot& network, const Link& link,
                             const wire::Ipv6Address& destination) {
    const KnownRoute* best = nullptr;
    const auto rank = [&](const KnownRoute& route) {
        return std::tuple(-int{route.destination.length}, !reaches(network, route, destination),
                          route.metric);
    };
    for (const KnownRoute& route : network.routes) {
        if (route.interface == link.index && route.destination.contains(destination) &&
            same_family(route.destination.address, destination) &&
            (best == nullptr || rank(route) < rank(*best))) {
            best = &route;
        }
    }
    return best;
}

// A link's way to the home agent in one family of addresses.
struct Way {
    const KnownRoute* route = nullptr;
    bool answers = false;  // the next hop is not known to be silent
};

// To the address of the home agent with the best of the best routes; an answering one, if any.
std::optional<Way> way(const NetworkSnapshot& network, const Link& link,
                       std::span<const wire::Ipv6Address> home_agent) {
    std::optional<Way> best;
    for (const wire::Ipv6Address& address : home_agent) {
        const KnownRoute* route = best_route(network, link, address);
        if (route == nullptr) {
            continue;
        }
        const Way found{route, reaches(network, *route, address)};
        const auto rank = [](const Way& one) {
            return std::tuple(!one.answers, one.route->metric);
        };
        if (!best || rank(found) < rank(*best)) {
            best = found;
        }
    }
    return best;
}

bool can_be_care_of(const KnownAddress& address, const Destination& destination) {
    if (address.duplicate) {
        return false;
    }
    if (const auto ipv4 = address.address.mapped_ipv4()) {
        return ipv4->is_unicast_routable() && ipv4 != destination.ipv4_home;
    }
    return address.address.is_unicast_routable() && address.address != destination.home.address;
}

mobility::CandidateAddress candidate(const Link& link, const KnownAddress& address,
                                     const KnownRoute& route) {
    return {.interface = link.index,
            .address = address.address,
            .prefix_length = address.prefix_length,
            .route_metric = route.metric,
            .mtu = address.address.mapped_ipv4() ? link.ipv4_mtu : link.mtu,
            .tentative = address.tentative && !address.optimistic,
            .deprecated = address.deprecated,
            .temporary = address.temporary};
}

// Those of the family that the home agent's addresses here are of.
std::vector<mobility::CandidateAddress> candidates_to(const NetworkSnapshot& network,
                                                      std::span<const wire::Ipv6Address> home_agent,
                                                      const Destination& destination) {
    std::vector<mobility::CandidateAddress> answering;
    std::vector<mobility::CandidateAddress> silent;
    for (const Link& link : network.links) {
        const auto found = way(network, link, home_agent);
        if (!link.is_up || !link.is_running || link.index == destination.tunnel || !found) {
            continue;
        }
        for (const KnownAddress& address : network.addresses) {
            if (address.interface == link.index &&
                same_family(address.address, home_agent.front()) &&
                can_be_care_of(address, destination)) {
                (found->answers ? answering : silent)
                    .push_back(candidate(link, address, *found->route));
            }
        }
    }
    return answering.empty() ? silent : answering;
}

}  // namespace

std::vector<mobility::CandidateAddress> candidates(const NetworkSnapshot& network,
                                                   const Destination& destination) {
    std::vector<wire::Ipv6Address> home_agent = destination.home_agent;
    const auto ipv4 = std::ranges::stable_partition(
        home_agent, [](const wire::Ipv6Address& address) { return !address.mapped_ipv4(); });
    const auto ipv6 = std::span(home_agent).first(home_agent.size() - ipv4.size());
    std::vector<mobility::CandidateAddress> found = candidates_to(network, ipv6, destination);
    std::ranges::copy(candidates_to(network, ipv4, destination), std::back_inserter(found));
    std::ranges::stable_sort(found, {}, &mobility::CandidateAddress::route_metric);
    return found;
}

}  // namespace godwit::platform
