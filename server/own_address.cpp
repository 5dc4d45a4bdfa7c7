#include "server/own_address.hpp"

#include <algorithm>

#include "shared/platform/attempt.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::server {
namespace {

constexpr std::uint8_t nobody = 0;  // IFA_PROTO: it goes with the interface, so none has to find it

}  // namespace

bool ensure_own_address(platform::NetlinkSocket& netlink, mobility::InterfaceIndex tunnel,
                        const wire::HomeAgentAddress& address) {
    platform::require("bring the tunnel up", platform::bring_up(netlink, tunnel));
    const auto addresses = platform::NetworkMonitor().snapshot().addresses;
    if (std::ranges::find(addresses, address.address, &platform::KnownAddress::address) !=
        addresses.end()) {
        return false;
    }
    platform::require(
        "give the tunnel the address " + address.text(),
        platform::add(netlink, {.interface = tunnel, .address = address.address}, nobody));
    return true;
}

}  // namespace godwit::server
