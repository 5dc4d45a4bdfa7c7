#include "server/home_network.hpp"

#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/forwarding.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::server {
namespace {

// Ahead of the on-link route of the home prefix, were that one as specific.
constexpr std::uint32_t interception_metric = 1;

}  // namespace

HomeNetwork::HomeNetwork(HomeNetworkSettings settings, const runtime::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      sysctls_(settings_.sysctl_journal),
      footprint_(platform::Owner::home_agent) {
    platform::forward_ipv6(sysctls_, platform::NetworkMonitor().snapshot());
    if (!settings_.home_link) {
        platform::require("route " + settings_.home_prefix.text() + " into the tunnel",
                          footprint_.add(route_to(settings_.home_prefix)));
    } else if (!platform::find_interface(*settings_.home_link)) {
        platform::require("find the home link's interface " + *settings_.home_link,
                          std::make_error_code(std::errc::no_such_device));
    }
}

platform::Route HomeNetwork::route_to(const wire::Prefix& destination) const {
    return {
        .destination = destination, .interface = settings_.tunnel, .metric = interception_metric};
}

void HomeNetwork::intercept(const wire::HomeAddress& home) {
    if (!settings_.home_link) {
        return;
    }
    const auto error = footprint_.add(route_to({home.address, 128}));
    if (error && error != std::errc::file_exists) {
        log_.error("home-address-not-intercepted", {{"home", home}, {"reason", error.message()}});
    }
}

void HomeNetwork::release(const wire::HomeAddress& home) {
    if (settings_.home_link) {
        footprint_.remove(route_to({home.address, 128}));
    }
}

}  // namespace godwit::server
