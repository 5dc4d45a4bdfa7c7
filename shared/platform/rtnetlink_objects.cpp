#include "shared/platform/rtnetlink_objects.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "shared/platform/rtnetlink_attributes.hpp"

namespace godwit::platform {
namespace {

std::optional<wire::LinkLayerAddress> link_layer_address(const nlattr* attribute) {
    wire::LinkLayerAddress read{};
    if (attribute == nullptr || ::nla_len(attribute) != static_cast<int>(read.size())) {
        return std::nullopt;
    }
    std::memcpy(read.data(), ::nla_data(attribute), read.size());
    return read;
}

// The MTU that a router announced for IPv6; it is the link's own, or less.
std::uint32_t ipv6_mtu(const nlmsghdr& message, std::uint32_t link_mtu) {
    constexpr std::size_t mtu_position = 2;  // DEVCONF_MTU6 of <linux/ipv6.h>
    const nlattr* ipv6 = nested(attribute<ifinfomsg>(message, IFLA_AF_SPEC), AF_INET6);
    const nlattr* values = nested(ipv6, IFLA_INET6_CONF);
    std::array<std::uint32_t, mtu_position + 1> read{};
    if (values == nullptr || ::nla_len(values) < static_cast<int>(sizeof read)) {
        return link_mtu;
    }
    std::memcpy(read.data(), ::nla_data(values), sizeof read);
    return std::min(read[mtu_position], link_mtu);
}

bool works(unsigned next_hop_flags) {
    return (next_hop_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) == 0;
}

// Where a route has several next hops they stand one behind the other, each with attributes.
std::vector<KnownRoute> next_hops_in(const nlattr& list, const KnownRoute& route) {
    std::vector<KnownRoute> routes;
    const auto* hop = static_cast<const rtnexthop*>(::nla_data(&list));
    auto remaining = static_cast<unsigned>(::nla_len(&list));
    while (remaining >= sizeof *hop && hop->rtnh_len >= sizeof *hop && hop->rtnh_len <= remaining) {
        KnownRoute one = route;
        one.interface.value = static_cast<std::uint32_t>(hop->rtnh_ifindex);
        one.gateway =
            address(::nla_find(reinterpret_cast<const nlattr*>(hop + 1),
                               hop->rtnh_len - static_cast<int>(sizeof *hop), RTA_GATEWAY));
        if (works(hop->rtnh_flags)) {
            routes.push_back(one);
        }
        const unsigned step = std::min((unsigned{hop->rtnh_len} + 3) & ~3U, remaining);
        hop = reinterpret_cast<const rtnexthop*>(reinterpret_cast<const std::byte*>(hop) + step);
        remaining -= step;
    }
    return routes;
}

// What a DHCP client has heard it marks so, as the kernel does with what it has heard itself; all
// but dhclient's script, whose routes are unmarked, as an administrator's are by hand.
bool is_configured(unsigned char protocol) {
    constexpr std::array by_the_network{RTPROT_UNSPEC, RTPROT_REDIRECT, RTPROT_KERNEL, RTPROT_RA,
                                        RTPROT_DHCP};
    return std::ranges::find(by_the_network, protocol) == by_the_network.end();
}

std::optional<wire::Ipv6Address> other_end(const nlmsghdr& message) {
    const auto other = address(attribute<ifaddrmsg>(message, IFA_ADDRESS));
    return other != own_address(message) ? other : std::nullopt;
}

bool is_in_main_table(const nlmsghdr& message) {
    return table_of(message) == RT_TABLE_MAIN;
}

}  // namespace

std::optional<Link> link_in(const nlmsghdr& message) {
    const auto& header = header_of<ifinfomsg>(message);
    const nlattr* name = attribute<ifinfomsg>(message, IFLA_IFNAME);
    if (message.nlmsg_type != RTM_NEWLINK || name == nullptr) {
        return std::nullopt;
    }
    const std::uint32_t link_mtu = number(attribute<ifinfomsg>(message, IFLA_MTU));
    return Link{
        .index = {static_cast<std::uint32_t>(header.ifi_index)},
        .name = text(name),
        .is_up = (header.ifi_flags & IFF_UP) != 0,
        .is_running = (header.ifi_flags & IFF_RUNNING) != 0,
        .mtu = ipv6_mtu(message, link_mtu),
        .ipv4_mtu = link_mtu,
        .carrier_changes = number(attribute<ifinfomsg>(message, IFLA_CARRIER_CHANGES)),
        .link_layer = link_layer_address(attribute<ifinfomsg>(message, IFLA_ADDRESS)),
        .type = header.ifi_type,
        .driver = text(nested(attribute<ifinfomsg>(message, IFLA_LINKINFO), IFLA_INFO_KIND))};
}

std::optional<KnownAddress> address_in(const nlmsghdr& message) {
    const auto& header = header_of<ifaddrmsg>(message);
    const auto own = own_address(message);
    if (message.nlmsg_type != RTM_NEWADDR || !is_ip(header.ifa_family) || !own) {
        return std::nullopt;
    }
    const std::uint32_t flags = number(attribute<ifaddrmsg>(message, IFA_FLAGS), header.ifa_flags);
    const bool ipv6 = header.ifa_family == AF_INET6;
    return KnownAddress{
        .interface = {header.ifa_index},
        .address = *own,
        .prefix_length = prefix(header.ifa_family, header.ifa_prefixlen, own).length,
        .tentative = (flags & IFA_F_TENTATIVE) != 0,
        .optimistic = (flags & IFA_F_OPTIMISTIC) != 0,
        .duplicate = (flags & IFA_F_DADFAILED) != 0,
        .deprecated = (flags & IFA_F_DEPRECATED) != 0,
        .temporary = ipv6 && (flags & IFA_F_TEMPORARY) != 0,
        .permanent = (flags & IFA_F_PERMANENT) != 0,
        .other_end = other_end(message)};
}

std::vector<KnownRoute> routes_in(const nlmsghdr& message) {
    const auto& header = header_of<rtmsg>(message);
    if (message.nlmsg_type != RTM_NEWROUTE || !is_ip(header.rtm_family) ||
        header.rtm_type != RTN_UNICAST || (header.rtm_flags & RTM_F_CLONED) != 0 ||
        !is_in_main_table(message)) {
        return {};
    }
    const KnownRoute route{
        .destination = prefix(header.rtm_family, header.rtm_dst_len,
                              address(attribute<rtmsg>(message, RTA_DST))),
        .interface = {number(attribute<rtmsg>(message, RTA_OIF))},
        .gateway = address(attribute<rtmsg>(message, RTA_GATEWAY)),
        .metric = number(attribute<rtmsg>(message, RTA_PRIORITY)),
        .is_advertised = header.rtm_protocol == RTPROT_RA,
        .is_configured = is_configured(header.rtm_protocol),
        .is_unmarked = header.rtm_protocol == RTPROT_BOOT,
    };
    if (const nlattr* next_hops = attribute<rtmsg>(message, RTA_MULTIPATH)) {
        return next_hops_in(*next_hops, route);
    }
    return works(header.rtm_flags) ? std::vector{route} : std::vector<KnownRoute>{};
}

std::optional<SilentNeighbour> silent_neighbour_in(const nlmsghdr& message) {
    const auto& header = header_of<ndmsg>(message);
    const auto neighbour = address(attribute<ndmsg>(message, NDA_DST));
    if (message.nlmsg_type != RTM_NEWNEIGH || !neighbour ||
        (header.ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) == 0) {
        return std::nullopt;
    }
    return SilentNeighbour{
        .neighbour = {{static_cast<std::uint32_t>(header.ndm_ifindex)}, *neighbour},
        .is_asked = (header.ndm_state & NUD_INCOMPLETE) != 0};
}

bool is_news_of(std::span<const UnreachableNeighbour> silent, const nlmsghdr& event) {
    if (event.nlmsg_type != RTM_NEWNEIGH && event.nlmsg_type != RTM_DELNEIGH) {
        return false;
    }
    const auto neighbour = address(attribute<ndmsg>(event, NDA_DST));
    const mobility::InterfaceIndex interface{
        static_cast<std::uint32_t>(header_of<ndmsg>(event).ndm_ifindex)};
    return neighbour && !silent_neighbour_in(event) &&
           std::ranges::find(silent, UnreachableNeighbour{interface, *neighbour}) != silent.end();
}

bool matters(const nlmsghdr& event) {
    switch (event.nlmsg_type) {
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            return is_in_main_table(event);
        case RTM_NEWNEIGH:
        case RTM_DELNEIGH: {
            const auto& header = header_of<ndmsg>(event);
            return (header.ndm_state & (NUD_FAILED | NUD_REACHABLE)) != 0 ||
                   (header.ndm_flags & NTF_ROUTER) != 0;
        }
        default:
            return true;
    }
}

}  // namespace godwit::platform
