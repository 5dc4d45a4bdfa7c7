#include "shared/platform/forwarding.hpp"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

namespace godwit::platform {
namespace {

const std::string every = "net/ipv6/conf/all/forwarding";
const std::string every_ipv4 = "net/ipv4/ip_forward";

bool has_advertised_default_route(const NetworkSnapshot& network, const Link& link) {
    return std::ranges::any_of(network.routes, [&](const KnownRoute& route) {
        return route.interface == link.index && route.is_advertised &&
               route.destination.length == 0;
    });
}

bool is_on(const std::string& name) {
    return read_sysctl(name) == "1";
}

// Writing "all" writes every interface: "all" is to go back first, then each to its own value.
void preserve_forwarding(SysctlOverrides& overrides, const std::string& interfaces) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/sys/" + interfaces)) {
        if (const std::string interface = entry.path().filename(); interface != "all") {
            overrides.preserve(interfaces + "/" + interface + "/forwarding");
        }
    }
}

}  // namespace

void forward_ipv6(SysctlOverrides& overrides, const NetworkSnapshot& network) {
    if (is_on(every)) {
        return;  // a router already, by its administrator's will
    }
    // accept_ra first: the change to a router drops what was learned where accept_ra is still 1.
    for (const Link& link : network.links) {
        const std::string accept = "net/ipv6/conf/" + link.name + "/accept_ra";
        if (has_advertised_default_route(network, link) && is_on(accept)) {
            overrides.set(accept, "2");
        }
    }
    preserve_forwarding(overrides, "net/ipv6/conf");
    overrides.set(every, "1");
}

void forward_ipv6_on_the_move(SysctlOverrides& overrides, const NetworkSnapshot& network) {
    const auto go_on_listening = [&](const std::string& interface) {
        const std::string accept = "net/ipv6/conf/" + interface + "/accept_ra";
        if (is_on(accept)) {
            overrides.set(accept, "2");
        }
    };
    for (const Link& link : network.links) {
        go_on_listening(link.name);
    }
    go_on_listening("default");
    if (!is_on(every)) {
        preserve_forwarding(overrides, "net/ipv6/conf");
        overrides.set(every, "1");
    }
}

void be_host_on(SysctlOverrides& overrides, mobility::InterfaceIndex interface) {
    std::array<char, IF_NAMESIZE> name{};
    if (::if_indextoname(interface.value, name.data()) == nullptr) {
        return;
    }
    const std::string forwarding = "net/ipv6/conf/" + std::string(name.data()) + "/forwarding";
    if (is_on(forwarding)) {
        overrides.set(forwarding, "0");
    }
}

bool forwards_ipv6_without(const SysctlOverrides& overrides) {
    const auto original = overrides.original(every);
    return original ? *original == "1" : is_on(every);
}

bool forwards_ipv6() {
    return is_on(every);
}

void forward_ipv4(SysctlOverrides& overrides) {
    if (is_on(every_ipv4)) {
        return;
    }
    // The kernel turns this one off for a router, and on for what is one no more.
    overrides.preserve("net/ipv4/conf/all/accept_redirects");
    preserve_forwarding(overrides, "net/ipv4/conf");
    overrides.set(every_ipv4, "1");
}

}  // namespace godwit::platform
