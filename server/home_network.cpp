#include "server/home_network.hpp"

#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/forwarding.hpp"
#include "shared/platform/neighbor_announcement.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::server {
namespace {

// Ahead of the on-link route of the home prefix, were that one as specific.
constexpr std::uint32_t interception_metric = 1;

constexpr std::uint8_t two_addresses = 127;  // bits of a prefix without a network address

}  // namespace

wire::Ipv6Address gateway_of(const wire::Prefix& ipv4_pool) {
    wire::Ipv6Address first = ipv4_pool.address;
    if (ipv4_pool.length < two_addresses) {
        first.octets.back() |= 1U;  // the network's own address comes before it
    }
    return first;
}

HomeNetwork::HomeNetwork(HomeNetworkSettings settings, const runtime::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      sysctls_(settings_.sysctl_journal),
      footprint_(platform::Owner::home_agent) {
    platform::forward_ipv6(sysctls_, platform::NetworkMonitor().snapshot());
    if (settings_.home_link) {
        become_proxy_on(*settings_.home_link);
    } else {
        platform::require("route " + settings_.home_prefix.text() + " into the tunnel",
                          footprint_.add(route_to(settings_.home_prefix)));
    }
    if (settings_.ipv4_pool) {
        route_ipv4(*settings_.ipv4_pool);
    }
}

void HomeNetwork::route_ipv4(const wire::Prefix& pool) {
    platform::forward_ipv4(sysctls_);
    const wire::Ipv6Address gateway = gateway_of(pool);
    platform::require("give the tunnel the address " + wire::Prefix::host(gateway).text(),
                      footprint_.add(platform::AddressOnInterface{.interface = settings_.tunnel,
                                                                  .address = gateway}));
    platform::Route route = route_to(pool);
    route.preferred_source = gateway;
    platform::require("route " + pool.text() + " into the tunnel", footprint_.add(route));
    if (settings_.masquerade) {
        masquerade_.emplace("godwit_ha", pool, settings_.tunnel);
    }
}

void HomeNetwork::become_proxy_on(const std::string& home_link) {
    home_link_ = platform::find_interface(home_link);
    if (!home_link_) {
        platform::require("find the home link's interface " + home_link,
                          std::make_error_code(std::errc::no_such_device));
    }
    // Not the home link's own: that one lets the kernel answer what is multicast, while the unicast
    // probes of Neighbor Unreachability Detection would be forwarded into the tunnel.
    sysctls_.set("net/ipv6/conf/all/proxy_ndp", "1");
    // RFC 4861 §7.2.8 lets proxies hesitate, for another's answer may be better. Here is no other.
    sysctls_.set("net/ipv6/neigh/" + home_link + "/proxy_delay", "0");
}

void HomeNetwork::intercept(const wire::HomeAddress& home) {
    if (!home_link_) {
        return;
    }
    const auto error = footprint_.add(route_to({home.address, 128}));
    if (error && error != std::errc::file_exists) {
        log_.error("home-address-not-intercepted", {{"home", home}, {"reason", error.message()}});
    }
    defend(home);
}

void HomeNetwork::defend(const wire::HomeAddress& home) {
    const auto error = footprint_.add(platform::NeighborProxy{*home_link_, home.address});
    if (error && error != std::errc::file_exists) {
        log_.error("home-address-not-defended", {{"home", home}, {"reason", error.message()}});
    }
    // Those who knew the mobile node at home would go on sending there.
    if (const auto unsent = platform::announce(*home_link_, home.address)) {
        log_.warning("home-address-not-announced", {{"home", home}, {"reason", unsent.message()}});
    }
}

void HomeNetwork::release(const wire::HomeAddress& home) {
    if (!home_link_) {
        return;
    }
    const auto undefended = footprint_.remove(platform::NeighborProxy{*home_link_, home.address});
    const auto unrouted = footprint_.remove(route_to({home.address, 128}));
    if (const auto error = undefended ? undefended : unrouted) {
        log_.error("home-address-not-released", {{"home", home}, {"reason", error.message()}});
    }
}

platform::Route HomeNetwork::route_to(const wire::Prefix& destination) const {
    return {
        .destination = destination, .interface = settings_.tunnel, .metric = interception_metric};
}

}  // namespace godwit::server
