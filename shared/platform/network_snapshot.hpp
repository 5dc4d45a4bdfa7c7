#pragma once
// The network as this machine sees it at one moment. IPv4 addresses and prefixes appear as
// ::ffff:0:0/96, so that one vocabulary serves both families.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::platform {

struct Link {
    mobility::InterfaceIndex index;
    std::string name;
    bool is_up = false;          // by the administrator
    bool is_running = false;     // has a carrier
    std::uint32_t mtu = 0;       // octets, for IPv6: what routers announce, where that is less
    std::uint32_t ipv4_mtu = 0;  // octets: the link's own
    // How often it has been won or lost: tells of a loss too short to be seen.
    std::uint32_t carrier_changes = 0;
    std::optional<wire::LinkLayerAddress> link_layer{};
    std::uint16_t type = 0;  // ARPHRD_ETHER and so on
    std::string driver{};    // of a link that is made by software: "veth", "wwan"

    bool operator==(const Link&) const = default;
};

struct KnownAddress {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address address;
    std::uint8_t prefix_length = 0;  // bits
    bool tentative = false;          // duplicate address detection runs
    bool optimistic = false;         // it runs, but the address may be used (RFC 4429)
    bool duplicate = false;          // it found somebody else (RFC 4862 §5.4.5)
    bool deprecated = false;
    bool temporary = false;  // RFC 8981
    bool permanent = false;  // without an end: nearly always configured, not given by the network
    std::optional<wire::Ipv6Address> other_end{};  // of a point-to-point link, where it is known

    bool operator==(const KnownAddress&) const = default;
};

// A usable unicast route of the main table; one of each next hop where there are several.
struct KnownRoute {
    wire::Prefix destination;
    mobility::InterfaceIndex interface;
    std::optional<wire::Ipv6Address> gateway;
    std::uint32_t metric = 0;
    bool is_advertised = false;  // by a router advertisement
    // By whoever runs this machine: no network has told it, nor does it come with an address.
    bool is_configured = false;
    bool is_unmarked = false;  // RTPROT_BOOT: by a command that has not said in whose name

    bool operator==(const KnownRoute&) const = default;
};

// A neighbour that the kernel has tried to reach, and could not (NUD_FAILED), nor has since.
struct UnreachableNeighbour {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address address;

    bool operator==(const UnreachableNeighbour&) const = default;
};

struct NetworkSnapshot {
    std::vector<Link> links;
    std::vector<KnownAddress> addresses;
    std::vector<KnownRoute> routes;
    std::vector<UnreachableNeighbour> unreachable;

    bool operator==(const NetworkSnapshot&) const = default;
};

}  // namespace godwit::platform
