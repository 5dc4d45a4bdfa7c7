#include "client/near_destinations.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::client {
namespace {

constexpr unsigned mapped = 96;  // bits before an IPv4 address

bool is_default(const wire::Prefix& destination) {
    return destination.length == 0 || (destination.is_ipv4() && destination.length == mapped);
}

// RFC 1918 §3, RFC 6598 §7, RFC 3927 §2.1.
bool is_in_private_use(const wire::Prefix& destination) {
    static const std::array private_use{wire::Prefix::parse_ipv4("10.0.0.0/8").value(),
                                        wire::Prefix::parse_ipv4("172.16.0.0/12").value(),
                                        wire::Prefix::parse_ipv4("192.168.0.0/16").value(),
                                        wire::Prefix::parse_ipv4("100.64.0.0/10").value(),
                                        wire::Prefix::parse_ipv4("169.254.0.0/16").value()};
    return std::ranges::any_of(private_use, [&](const wire::Prefix& prefix) {
        return destination.length >= prefix.length && prefix.contains(destination.address);
    });
}

bool is_as_small_as_a_link(const wire::Prefix& destination) {
    if (!destination.is_ipv4()) {
        return destination.length >= 64;
    }
    return destination.length >= mapped + 16 || is_in_private_use(destination);
}

// A network that is announced without an address in it can be any. In IPv6 an address that was
// configured here says how large its network is; in IPv4 a lease without an end looks the same.
bool is_network_of(const platform::KnownAddress& own, const wire::Prefix& destination) {
    if (own.address.mapped_ipv4().has_value() != destination.is_ipv4()) {
        return false;
    }
    const bool is_as_configured =
        own.permanent && !destination.is_ipv4() && !own.address.is_link_local() &&
        destination == wire::Prefix::around(own.address, own.prefix_length);
    return (destination.contains(own.address) && is_as_small_as_a_link(destination)) ||
           is_as_configured || (own.other_end && destination == wire::Prefix::host(*own.other_end));
}

bool is_own_network(const platform::NetworkSnapshot& network, const platform::KnownRoute& route) {
    return !route.gateway &&
           std::ranges::any_of(network.addresses, [&](const platform::KnownAddress& own) {
               return own.interface == route.interface && is_network_of(own, route.destination);
           });
}

// dhclient's script (RFC 3442) makes unmarked routes: on a link with a lease those may be its own.
bool may_be_of_a_lease(const platform::NetworkSnapshot& network,
                       const platform::KnownRoute& route) {
    return route.is_unmarked && route.destination.is_ipv4() &&
           !is_in_private_use(route.destination) &&
           std::ranges::any_of(network.addresses, [&](const platform::KnownAddress& own) {
               return own.interface == route.interface && own.address.mapped_ipv4() &&
                      !own.permanent;
           });
}

bool is_made_here(const platform::NetworkSnapshot& network, const platform::KnownRoute& route) {
    return route.is_configured && !may_be_of_a_lease(network, route);
}

bool is_within(const wire::Prefix& inner, const wire::Prefix& outer) {
    return inner.is_ipv4() == outer.is_ipv4() && inner.length >= outer.length &&
           outer.contains(inner.address);
}

}  // namespace

std::vector<wire::Prefix> near_destinations(const platform::NetworkSnapshot& network,
                                            mobility::InterfaceIndex tunnel) {
    std::vector<wire::Prefix> destinations;
    for (const platform::KnownRoute& route : network.routes) {
        if (route.interface != tunnel && !is_default(route.destination) &&
            (is_made_here(network, route) || is_own_network(network, route))) {
            destinations.push_back(route.destination);
        }
    }
    std::ranges::sort(destinations, {}, [](const wire::Prefix& prefix) {
        return std::pair(prefix.is_ipv4() ? prefix.length - mapped : prefix.length, prefix.address);
    });
    std::vector<wire::Prefix> outermost;
    for (const wire::Prefix& destination : destinations) {
        const bool is_new = std::ranges::none_of(
            outermost, [&](const wire::Prefix& outer) { return is_within(destination, outer); });
        if (is_new && outermost.size() < most_near_destinations) {
            outermost.push_back(destination);
        }
    }
    return outermost;
}

std::vector<wire::Ipv4Address> own_ipv4_addresses(const platform::NetworkSnapshot& network,
                                                  mobility::InterfaceIndex tunnel) {
    constexpr std::uint8_t loopback = 127;
    std::vector<wire::Ipv4Address> addresses;
    for (const platform::KnownAddress& own : network.addresses) {
        const auto ipv4 = own.address.mapped_ipv4();
        if (ipv4 && own.interface != tunnel && ipv4->octets[0] != loopback) {
            addresses.push_back(*ipv4);
        }
    }
    std::ranges::sort(addresses);
    const auto same = std::ranges::unique(addresses);
    addresses.erase(same.begin(), same.end());
    addresses.resize(std::min(addresses.size(), most_own_ipv4));
    return addresses;
}

}  // namespace godwit::client
