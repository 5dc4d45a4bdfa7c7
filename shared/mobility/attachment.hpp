#pragma once
// What this host's links offer, as far as mobility cares: the addresses that could be a care-of
// address, and the home link if it is there.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::mobility {

// A global unicast address on an interface with a default route, or a route to the home agent. An
// IPv4 address stands as ::ffff:0:0/96, private or not.
struct CandidateAddress {
    InterfaceIndex interface;
    wire::Ipv6Address address;
    std::uint8_t prefix_length = 64;
    std::uint32_t preference = 0;    // for its link, as configured; lower is better
    std::uint32_t route_metric = 0;  // of the route it would use; lower is better
    std::uint32_t mtu = 1500;        // of the interface, octets
    bool tentative = false;          // duplicate address detection still runs, and may not send yet
    bool deprecated = false;
    bool temporary = false;  // RFC 8981
    bool abandoned = false;  // the routers on its link do not advertise its prefix any more
    bool operator==(const CandidateAddress&) const = default;
};

// An interface whose router advertises the home prefix (RFC 6275 §11.5.5).
struct HomeLink {
    InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    std::uint32_t mtu = 1500;  // octets
    bool operator==(const HomeLink&) const = default;
};

// An address at which the home agent hears UDP, by configuration or by name: IPv6, IPv4 as
// ::ffff:0:0/96, or an IPv4 address as a NAT64 of this network writes it (RFC 6052).
struct HomeAgentEndpoint {
    wire::Ipv6Address address;
    bool operator==(const HomeAgentEndpoint&) const = default;
};

struct Attachments {
    std::vector<CandidateAddress> candidates;
    std::vector<HomeAgentEndpoint> endpoints{};  // the order of preference within a family
    std::optional<HomeLink> home;
    bool operator==(const Attachments&) const = default;
};

}  // namespace godwit::mobility
