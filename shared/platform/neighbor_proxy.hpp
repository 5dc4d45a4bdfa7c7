#pragma once
// Answering Neighbor Solicitations for somebody else (RFC 4861 §7.2.8), as a home agent does for a
// mobile node that is away (RFC 6275 §10.4.1). The kernel of a router answers, with R = 0 as the
// RFC wants it and with O = 0 as a proxy should, if net.ipv6.conf.all.proxy_ndp is on.

#include <cstdint>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

struct NeighborProxy {
    mobility::InterfaceIndex interface;  // where it is solicited
    wire::Ipv6Address address;           // the other's

    bool operator==(const NeighborProxy&) const = default;
};

// `protocol` marks whose it is (ip neigh: proto).
// std::errc::file_exists: there is one already, from somebody else.
std::error_code add(NetlinkSocket& netlink, const NeighborProxy& proxy, std::uint8_t protocol);
std::error_code remove(NetlinkSocket& netlink, const NeighborProxy& proxy, std::uint8_t protocol);

}  // namespace godwit::platform
