#include "shared/platform/network_monitor.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "shared/platform/rtnetlink_list.hpp"
#include "shared/platform/rtnetlink_objects.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR |
                                 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE |
                                 RTMGRP_IPV6_IFINFO;

constexpr auto append_routes = [](const nlmsghdr& message, std::vector<KnownRoute>& routes) {
    const std::vector<KnownRoute> more = routes_in(message);
    routes.insert(routes.end(), more.begin(), more.end());
};

}  // namespace

NetworkMonitor::NetworkMonitor() : events_(groups, matters) {}

NetworkSnapshot NetworkMonitor::snapshot() {
    NetworkSnapshot network;
    list(queries_, RTM_GETLINK, ifinfomsg{}, network.links, append_one<link_in>);
    list(queries_, RTM_GETADDR, ifaddrmsg{}, network.addresses, append_one<address_in>);
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        rtmsg header{};
        header.rtm_family = family;
        list(queries_, RTM_GETROUTE, header, network.routes, append_routes);
    }
    list(queries_, RTM_GETNEIGH, ndmsg{}, network.unreachable,
         append_one<unreachable_neighbour_in>);
    return network;
}

}  // namespace godwit::platform
