#pragma once
// Routes and policy rules (ip-route(8), ip-rule(8)) of both families over rtnetlink.

#include <cstdint>
#include <optional>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

inline constexpr std::uint32_t main_table = 254;
// In each network namespace.
inline constexpr mobility::InterfaceIndex loopback{1};

// Of IPv4 where the destination is; its gateway and source are then of ::ffff:0:0/96 too.
struct Route {
    wire::Prefix destination;
    mobility::InterfaceIndex interface;
    std::optional<wire::Ipv6Address> gateway;
    std::optional<wire::Ipv6Address> preferred_source;
    std::uint32_t table = main_table;
    std::uint32_t metric = 1024;  // what the kernel gives to a route without one
    // Whatever goes there is answered by ICMPv6: unreachable. The interface is `loopback` then.
    bool is_unreachable = false;

    bool operator==(const Route&) const = default;
};

// Packets that match every condition look their route up in `table`.
struct PolicyRule {
    bool ipv4 = false;           // its family, and that of `from` and `to`
    std::uint32_t priority = 0;  // lower comes first; the main table is looked up at 32766
    std::uint32_t table = main_table;
    std::optional<wire::Prefix> from;
    std::optional<wire::Prefix> to;
    std::optional<std::uint32_t> mark;  // SO_MARK of the sending socket
    // UDP from this port. The kernel's reverse path filter (RFC 3704) asks for the way back of what
    // comes to it, by these rules but without a mark.
    std::optional<std::uint16_t> udp_source_port;
    std::optional<std::uint16_t> destination_port;  // of UDP or TCP
    bool inverted = false;                          // packets that do not match, instead
    // Passes over routes whose prefix is this short or shorter: 0 means the default route.
    std::optional<std::uint32_t> suppressed_prefix_length;

    bool operator==(const PolicyRule&) const = default;
};

// `protocol` marks whose route or rule it is (ip route: proto).
// std::errc::file_exists: there is one already, from somebody else.
std::error_code add(NetlinkSocket& netlink, const Route& route, std::uint8_t protocol);
std::error_code remove(NetlinkSocket& netlink, const Route& route, std::uint8_t protocol);
std::error_code add(NetlinkSocket& netlink, const PolicyRule& rule, std::uint8_t protocol);
std::error_code remove(NetlinkSocket& netlink, const PolicyRule& rule, std::uint8_t protocol);

}  // namespace godwit::platform
