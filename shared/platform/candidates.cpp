#include "shared/platform/candidates.hpp"

#include <algorithm>
#include <tuple>

namespace godwit::platform {
namespace {

bool same_family(const wire::Ipv6Address& one, const wire::Ipv6Address& other) {
    return one.mapped_ipv4().has_value() == other.mapped_ipv4().has_value();
}

// The route by which an interface would send there: the longest prefix, then the lowest metric.
const KnownRoute* best_route(const NetworkSnapshot& network, const Link& link,
                             const wire::Ipv6Address& destination) {
    const KnownRoute* best = nullptr;
    const auto rank = [](const KnownRoute& route) {
        return std::tuple(-int{route.destination.length}, route.metric);
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

bool reaches(const NetworkSnapshot& network, const KnownRoute& route,
             const wire::Ipv6Address& destination) {
    const UnreachableNeighbour next_hop{route.interface, route.gateway.value_or(destination)};
    return std::ranges::find(network.unreachable, next_hop) == network.unreachable.end();
}

bool can_be_care_of(const KnownAddress& address, const Destination& destination) {
    const bool reachable_from_afar =
        address.address.mapped_ipv4() || address.address.is_unicast_routable();
    return same_family(address.address, destination.home_agent.address) && reachable_from_afar &&
           !address.duplicate && address.address != destination.home.address;
}

mobility::CandidateAddress candidate(const Link& link, const KnownAddress& address,
                                     const KnownRoute& route) {
    return {.interface = link.index,
            .address = address.address,
            .prefix_length = address.prefix_length,
            .route_metric = route.metric,
            .mtu = link.mtu,
            .tentative = address.tentative && !address.optimistic,
            .deprecated = address.deprecated,
            .temporary = address.temporary};
}

}  // namespace

std::vector<mobility::CandidateAddress> candidates(const NetworkSnapshot& network,
                                                   const Destination& destination) {
    const wire::Ipv6Address& home_agent = destination.home_agent.address;
    std::vector<mobility::CandidateAddress> answering;
    std::vector<mobility::CandidateAddress> silent;
    for (const Link& link : network.links) {
        const KnownRoute* route = best_route(network, link, home_agent);
        if (!link.is_up || !link.is_running || link.index == destination.tunnel ||
            route == nullptr) {
            continue;
        }
        auto& found = reaches(network, *route, home_agent) ? answering : silent;
        for (const KnownAddress& address : network.addresses) {
            if (address.interface == link.index && can_be_care_of(address, destination)) {
                found.push_back(candidate(link, address, *route));
            }
        }
    }
    auto& found = answering.empty() ? silent : answering;
    std::ranges::stable_sort(found, {}, &mobility::CandidateAddress::route_metric);
    return found;
}

}  // namespace godwit::platform
