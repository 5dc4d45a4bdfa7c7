#include "shared/platform/neighbor_proxy.hpp"

#include <linux/neighbour.h>

namespace godwit::platform {
namespace {

NetlinkMessage about(std::uint16_t type, const NeighborProxy& proxy) {
    ndmsg header{};
    header.ndm_family = AF_INET6;
    header.ndm_ifindex = static_cast<std::int32_t>(proxy.interface.value);
    header.ndm_flags = NTF_PROXY;
    NetlinkMessage message(type, 0, header);
    message.put(NDA_DST, proxy.address);
    return message;
}

}  // namespace

std::error_code add(NetlinkSocket& netlink, const NeighborProxy& proxy, std::uint8_t protocol) {
    // The kernel takes no notice of NLM_F_EXCL here: it would make the other's entry ours.
    const std::error_code found = netlink.request(about(RTM_GETNEIGH, proxy));
    if (found != std::errc::no_such_file_or_directory) {
        return found ? found : std::make_error_code(std::errc::file_exists);
    }
    NetlinkMessage message = about(RTM_NEWNEIGH, proxy);
    return netlink.request(message.put(NDA_PROTOCOL, protocol));
}

std::error_code remove(NetlinkSocket& netlink, const NeighborProxy& proxy,
                       std::uint8_t /*protocol*/) {
    return netlink.request(about(RTM_DELNEIGH, proxy));
}

}  // namespace godwit::platform
