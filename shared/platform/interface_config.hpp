#pragma once
// Network interfaces over rtnetlink: find them, bring them up, give them an MTU and addresses.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// The index of the interface of this name; nothing if there is none.
std::optional<mobility::InterfaceIndex> find_interface(const std::string& name);

std::error_code bring_up(NetlinkSocket& netlink, mobility::InterfaceIndex interface);
std::error_code change_mtu(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                           std::uint32_t octets);

// An address of an interface, as Godwit adds it: usable at once, without duplicate address
// detection (a home address is the mobile node's for life; RFC 6275 §11.5.5), and without a route
// to its prefix (routers announce those).
struct AddressOnInterface {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address address;         // IPv4 where it is of ::ffff:0:0/96
    std::uint8_t prefix_length = 128;  // bits, 96 more than IPv4's own
    // Unset: for ever. Zero: deprecated, so that no new connection takes it for its source.
    std::optional<std::chrono::seconds> preferred_lifetime;

    bool operator==(const AddressOnInterface&) const = default;
};

// `protocol` marks whose address it is (IFA_PROTO; kernels before 5.18 ignore it).
// std::errc::file_exists: the interface has it already, from somebody else.
std::error_code add(NetlinkSocket& netlink, const AddressOnInterface& address,
                    std::uint8_t protocol);
std::error_code remove(NetlinkSocket& netlink, const AddressOnInterface& address,
                       std::uint8_t protocol);

}  // namespace godwit::platform
