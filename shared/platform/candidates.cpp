#include "shared/platform/candidates.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>

namespace godwit::platform {
namespace {

bool same_family(const wire::Ipv6Address& one, const wire::Ipv6Address& other) {
    return one.mapped_ipv4().has_value() == other.mapped_ipv4().has_value();
}

UnreachableNeighbour next_hop_of(const KnownRoute& route, const wire::Ipv6Address& destination) {
    return {route.interface, route.gateway.value_or(destination)};
}

bool reaches(const NetworkSnapshot& network, const UnreachableNeighbour& next_hop) {
    return std::ranges::find(network.unreachable, next_hop) == network.unreachable.end();
}

// The route by which an interface would send there: the longest prefix, then a router that is not
// known to be silent, then the lowest metric.
const KnownRoute* best_route(const NetworkSnapshot& network, const Link& link,
                             const wire::Ipv6Address& destination) {
    const KnownRoute* best = nullptr;
    const auto rank = [&](const KnownRoute& route) {
        return std::tuple(-int{route.destination.length},
                          !reaches(network, next_hop_of(route, destination)), route.metric);
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
    UnreachableNeighbour next_hop;
    bool answers = false;  // the next hop is not known to be silent
};

// To the address of the home agent with the best of the best routes; an answering one, if any.
std::optional<Way> way(const NetworkSnapshot& network, const Link& link,
                       std::span<const wire::Ipv6Address> home_agent,
                       mobility::InterfaceIndex tunnel) {
    std::optional<Way> best;
    if (!link.is_up || !link.is_running || link.index == tunnel) {
        return best;
    }
    for (const wire::Ipv6Address& address : home_agent) {
        const KnownRoute* route = best_route(network, link, address);
        if (route == nullptr) {
            continue;
        }
        const UnreachableNeighbour next_hop = next_hop_of(*route, address);
        const Way found{route, next_hop, reaches(network, next_hop)};
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
        const auto found = way(network, link, home_agent, destination.tunnel);
        if (!found) {
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

using Addresses = std::vector<wire::Ipv6Address>;

// Of IPv6, and of IPv4.
std::array<Addresses, 2> by_family(const Addresses& addresses) {
    std::array<Addresses, 2> families;
    for (const wire::Ipv6Address& address : addresses) {
        families.at(address.mapped_ipv4() ? 1 : 0).push_back(address);
    }
    return families;
}

}  // namespace

std::vector<mobility::CandidateAddress> candidates(const NetworkSnapshot& network,
                                                   const Destination& destination) {
    std::vector<mobility::CandidateAddress> found;
    for (const Addresses& home_agent : by_family(destination.home_agent)) {
        std::ranges::copy(candidates_to(network, home_agent, destination),
                          std::back_inserter(found));
    }
    std::ranges::stable_sort(found, {}, &mobility::CandidateAddress::route_metric);
    return found;
}

std::vector<UnreachableNeighbour> silent_next_hops(const NetworkSnapshot& network,
                                                   const Destination& destination) {
    std::vector<UnreachableNeighbour> silent;
    for (const Addresses& home_agent : by_family(destination.home_agent)) {
        for (const Link& link : network.links) {
            const auto found = way(network, link, home_agent, destination.tunnel);
            if (found && !found->answers) {
                silent.push_back(found->next_hop);
            }
        }
    }
    return silent;
}

}  // namespace godwit::platform
