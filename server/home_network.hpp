#pragma once
// How packets for home addresses come to the home agent's tunnel (RFC 6275 §10.4.1). Without a home
// link the home prefix is routed to this machine, and all of it goes into the TUN interface. As the
// router of a home link it intercepts only what is bound: a route for each such home address, and
// for the hosts of the home link an answer to their Neighbor Solicitations for it. The pool of IPv4
// home addresses goes into the TUN interface as a whole.

#include <optional>
#include <string>

#include "shared/platform/footprint.hpp"
#include "shared/platform/masquerade.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct HomeNetworkSettings {
    wire::Prefix home_prefix;
    std::optional<std::string> home_link;
    mobility::InterfaceIndex tunnel;        // the TUN interface, which is up
    std::string sysctl_journal;             // a path in a directory that a reboot clears
    std::optional<wire::Prefix> ipv4_pool;  // that the IPv4 home addresses are of (RFC 5555)
    bool masquerade = true;                 // the pool is not routed to this machine
};

// This machine's own address in the pool, the first, from which ICMP errors to the mobile nodes
// come; none of them may have it.
wire::Ipv6Address gateway_of(const wire::Prefix& ipv4_pool);

class HomeNetwork {
  public:
    // Makes this machine a router. Throws std::system_error that names the attempt.
    HomeNetwork(HomeNetworkSettings settings, const runtime::Log& log);

    void intercept(const wire::HomeAddress& home);
    void release(const wire::HomeAddress& home);

  private:
    void route_ipv4(const wire::Prefix& pool);
    void become_proxy_on(const std::string& home_link);
    void defend(const wire::HomeAddress& home);
    [[nodiscard]] platform::Route route_to(const wire::Prefix& destination) const;

    HomeNetworkSettings settings_;
    std::optional<mobility::InterfaceIndex> home_link_;
    const runtime::Log& log_;
    platform::SysctlOverrides sysctls_;
    platform::Footprint footprint_;
    std::optional<platform::Masquerade> masquerade_;
};

}  // namespace godwit::server
