#include "shared/platform/network_monitor.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include <algorithm>

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

// One that has failed to answer counts as silent until it does, also while it is asked once more.
std::vector<UnreachableNeighbour> unreachable_among(
    const std::vector<SilentNeighbour>& silent, const std::vector<UnreachableNeighbour>& before) {
    std::vector<UnreachableNeighbour> unreachable;
    for (const auto& [neighbour, is_asked] : silent) {
        if (!is_asked || std::ranges::find(before, neighbour) != before.end()) {
            unreachable.push_back(neighbour);
        }
    }
    return unreachable;
}

}  // namespace

NetworkMonitor::NetworkMonitor()
    : events_(groups, [this](const nlmsghdr& event) {
          return matters(event) || is_news_of(unreachable_, event);
      }) {}

NetworkSnapshot NetworkMonitor::snapshot() {
    NetworkSnapshot network;
    list(queries_, RTM_GETLINK, ifinfomsg{}, network.links, append_one<link_in>);
    list(queries_, RTM_GETADDR, ifaddrmsg{}, network.addresses, append_one<address_in>);
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        rtmsg header{};
        header.rtm_family = family;
        list(queries_, RTM_GETROUTE, header, network.routes, append_routes);
    }
    std::vector<SilentNeighbour> silent;
    list(queries_, RTM_GETNEIGH, ndmsg{}, silent, append_one<silent_neighbour_in>);
    network.unreachable = unreachable_among(silent, unreachable_);
    unreachable_ = network.unreachable;
    return network;
}

}  // namespace godwit::platform
