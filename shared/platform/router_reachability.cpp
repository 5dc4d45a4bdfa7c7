#include "shared/platform/router_reachability.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "shared/platform/routing.hpp"

namespace godwit::platform {
namespace {

NetlinkMessage about(mobility::InterfaceIndex interface, const wire::Ipv6Address& router,
                     std::uint16_t state) {
    ndmsg header{};
    header.ndm_family = AF_INET6;
    header.ndm_ifindex = static_cast<std::int32_t>(interface.value);
    header.ndm_state = state;
    header.ndm_flags = NTF_ROUTER;
    NetlinkMessage message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, header);
    message.put(NDA_DST, router);
    return message;
}

}  // namespace

std::error_code report_unreachable(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                   const wire::Ipv6Address& router) {
    return netlink.request(about(interface, router, NUD_FAILED));
}

std::error_code report_reachable(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                 const wire::Ipv6Address& router,
                                 const wire::LinkLayerAddress& link_layer) {
    NetlinkMessage message = about(interface, router, NUD_STALE);
    return netlink.request(message.put(NDA_LLADDR, link_layer.data(), link_layer.size()));
}

std::error_code ask_again(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                          const wire::Ipv6Address& neighbor) {
    ndmsg header{};
    header.ndm_family = neighbor.mapped_ipv4() ? AF_INET : AF_INET6;
    header.ndm_ifindex = static_cast<std::int32_t>(interface.value);
    header.ndm_flags = NTF_USE;
    NetlinkMessage message(RTM_NEWNEIGH, 0, header);
    return netlink.request(message.put(NDA_DST, neighbor));
}

std::error_code report_off_link(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                const wire::Prefix& prefix) {
    constexpr std::uint32_t of_any_metric = 0;
    const Route route{.destination = prefix,
                      .interface = interface,
                      .gateway = {},
                      .preferred_source = {},
                      .metric = of_any_metric};
    // The kernel's own, or that of a program which takes advertisements in its place.
    const std::error_code by_kernel = remove(netlink, route, RTPROT_KERNEL);
    return remove(netlink, route, RTPROT_RA) ? by_kernel : std::error_code();
}

}  // namespace godwit::platform
