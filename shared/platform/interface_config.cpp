#include "shared/platform/interface_config.hpp"

#include <linux/if_addr.h>
#include <net/if.h>

#include <limits>

namespace godwit::platform {
namespace {

constexpr auto forever = std::numeric_limits<std::uint32_t>::max();

ifinfomsg about(mobility::InterfaceIndex interface) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = static_cast<int>(interface.value);
    return header;
}

NetlinkMessage about(std::uint16_t type, unsigned flags, const AddressOnInterface& address,
                     std::uint8_t protocol) {
    ifaddrmsg header{};
    header.ifa_family = family_of(address.address);
    header.ifa_prefixlen = length_of({address.address, address.prefix_length});
    header.ifa_scope = RT_SCOPE_UNIVERSE;
    header.ifa_index = address.interface.value;
    NetlinkMessage message(type, flags, header);
    message.put(IFA_LOCAL, address.address)
        .put(IFA_FLAGS, std::uint32_t{IFA_F_NODAD | IFA_F_NOPREFIXROUTE})
        .put(IFA_PROTO, protocol);
    if (address.preferred_lifetime) {
        ifa_cacheinfo lifetimes{};
        lifetimes.ifa_prefered = static_cast<std::uint32_t>(address.preferred_lifetime->count());
        lifetimes.ifa_valid = forever;
        message.put(IFA_CACHEINFO, &lifetimes, sizeof lifetimes);
    }
    return message;
}

}  // namespace

std::optional<mobility::InterfaceIndex> find_interface(const std::string& name) {
    const unsigned index = ::if_nametoindex(name.c_str());
    return index == 0 ? std::nullopt : std::optional(mobility::InterfaceIndex{index});
}

std::error_code bring_up(NetlinkSocket& netlink, mobility::InterfaceIndex interface) {
    ifinfomsg header = about(interface);
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    return netlink.request(NetlinkMessage(RTM_NEWLINK, 0, header));
}

std::error_code change_mtu(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                           std::uint32_t octets) {
    NetlinkMessage message(RTM_NEWLINK, 0, about(interface));
    return netlink.request(message.put(IFLA_MTU, octets));
}

std::error_code add(NetlinkSocket& netlink, const AddressOnInterface& address,
                    std::uint8_t protocol) {
    return netlink.request(about(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address, protocol));
}

std::error_code remove(NetlinkSocket& netlink, const AddressOnInterface& address,
                       std::uint8_t protocol) {
    return netlink.request(about(RTM_DELADDR, 0, address, protocol));
}

}  // namespace godwit::platform
