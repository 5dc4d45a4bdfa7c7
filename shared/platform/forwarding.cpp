#include "shared/platform/forwarding.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

namespace godwit::platform {
namespace {

const std::string every = "net/ipv6/conf/all/forwarding";

bool has_advertised_default_route(const NetworkSnapshot& network, const Link& link) {
    return std::ranges::any_of(network.routes, [&](const KnownRoute& route) {
        return route.interface == link.index && route.is_advertised &&
               route.destination.length == 0;
    });
}

}  // namespace

void forward_ipv6(SysctlOverrides& overrides, const NetworkSnapshot& network) {
    if (const auto value = read_sysctl(every); value && *value == "1") {
        return;  // a router already, by its administrator's will
    }
    // accept_ra first: the change to a router drops what was learned where accept_ra is still 1.
    for (const Link& link : network.links) {
        const std::string accept = "net/ipv6/conf/" + link.name + "/accept_ra";
        if (has_advertised_default_route(network, link) && read_sysctl(accept) == "1") {
            overrides.set(accept, "2");
        }
    }
    // Writing "all" writes every interface: "all" is to go back first, then each to its own value.
    for (const auto& entry : std::filesystem::directory_iterator("/proc/sys/net/ipv6/conf")) {
        if (const std::string interface = entry.path().filename(); interface != "all") {
            overrides.preserve("net/ipv6/conf/" + interface + "/forwarding");
        }
    }
    overrides.set(every, "1");
}

}  // namespace godwit::platform
