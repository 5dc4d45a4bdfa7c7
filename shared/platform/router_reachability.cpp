#include "shared/platform/router_reachability.hpp"

#include <linux/neighbour.h>

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

}  // namespace godwit::platform
