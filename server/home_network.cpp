#include "server/home_network.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/forwarding.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::server {
namespace {

// Ahead of the on-link route of the home prefix, were that one as specific.
constexpr std::uint32_t interception_metric = 1;
// Of a mobile node that is at home, to what is behind it.
constexpr std::uint32_t home_link_metric = 1024;

constexpr std::uint8_t two_addresses = 127;  // bits of a prefix without a network address

std::optional<HomeLinkSettings> home_link_of(const HomeNetworkSettings& settings) {
    if (settings.mode != HomeMode::on_link) {
        return std::nullopt;
    }
    return HomeLinkSettings{.interface = settings.home_link,
                            .home_prefix = settings.home_prefix,
                            .source = settings.neighbor_source};
}

ForwardingSettings forwarding_of(const HomeNetworkSettings& settings) {
    ForwardingSettings result{.tunnel = settings.tunnel, .masqueraded = {}, .home_link = {}};
    if (settings.mode == HomeMode::on_link) {
        result.home_link = settings.home_link;
    }
    if (settings.mode == HomeMode::nat) {
        result.masqueraded.push_back(settings.home_prefix);
        result.masquerades_networks = true;
    }
    if (settings.ipv4_pool && settings.masquerade) {
        result.masqueraded.push_back(*settings.ipv4_pool);
    }
    return result;
}

}  // namespace

wire::Ipv6Address gateway_of(const wire::Prefix& ipv4_pool) {
    wire::Ipv6Address first = ipv4_pool.address;
    if (ipv4_pool.length < two_addresses) {
        first.octets.back() |= 1U;  // the network's own address comes before it
    }
    return first;
}

HomeNetwork::HomeNetwork(HomeNetworkSettings settings, const runtime::Log& log,
                         HomeLink::OnDisputed on_disputed)
    : settings_(std::move(settings)),
      log_(log),
      forwarding_(forwarding_of(settings_), log),
      sysctls_(settings_.sysctl_journal),
      footprint_(platform::Owner::home_agent) {
    platform::forward_ipv6(sysctls_, platform::NetworkMonitor().snapshot());
    if (auto home_link = home_link_of(settings_)) {
        home_link_.emplace(*std::move(home_link), log, std::move(on_disputed));
        on_home_link([](mobility::InterfaceIndex) {});
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
}

void HomeNetwork::join(runtime::EventLoop& loop) {
    forwarding_.watch(loop);
    if (home_link_) {
        home_link_->join(loop);
    }
}

void HomeNetwork::on_home_link(std::function<void(mobility::InterfaceIndex)> callback) {
    if (home_link_) {
        home_link_->on_link(
            [this, callback = std::move(callback)](mobility::InterfaceIndex interface) {
                route_networks_at_home();
                callback(interface);
            });
    }
}

AddressClaim HomeNetwork::judge(const wire::HomeAddress& home) {
    return home_link_ ? home_link_->judge(home) : AddressClaim::free;
}

void HomeNetwork::vouch_for(const wire::HomeAddress& home) {
    if (home_link_) {
        home_link_->vouch_for(home);
    }
}

void HomeNetwork::intercept(const wire::HomeAddress& home, bool is_router) {
    if (!home_link_) {
        return;
    }
    lead(home, true);
    const auto error = footprint_.add(route_to({home.address, 128}));
    if (error && error != std::errc::file_exists) {
        log_.error("home-address-not-intercepted", {{"home", home}, {"reason", error.message()}});
    }
    home_link_->bind(home, is_router);
}

void HomeNetwork::release(const wire::HomeAddress& home) {
    if (!home_link_) {
        return;
    }
    home_link_->release(home);
    lead(home, false);
    if (const auto error = footprint_.remove(route_to({home.address, 128}))) {
        log_.error("home-address-not-released", {{"home", home}, {"reason", error.message()}});
    }
}

std::error_code HomeNetwork::apply_policies(std::span<const Client> clients,
                                            std::span<const wire::HomeAddress> gone) {
    for (const wire::HomeAddress& home : gone) {
        give_up(home);
    }
    for (const Client& client : clients) {
        end_outdated_routes(client.home, client.policy.network_prefixes);
    }
    std::vector<PolicedClient> policed;
    for (const Client& client : clients) {
        policed.push_back({.home = client.home, .ipv4 = client.ipv4, .policy = client.policy});
        if (home_link_) {
            home_link_->allocate(client.home);
        }
        set_network(client.home, client.policy.network_prefixes);
    }
    const std::error_code error = forwarding_.apply(policed, gone);
    if (error) {
        log_.error(
            "policies-not-applied",
            {{"clients", clients.size()}, {"gone", gone.size()}, {"reason", error.message()}});
    }
    return error;
}

void HomeNetwork::give_up(const wire::HomeAddress& home) {
    if (home_link_) {
        home_link_->deallocate(home);
    }
    set_network(home, {});
}

std::error_code HomeNetwork::forget_policy(const wire::HomeAddress& home) {
    give_up(home);
    const std::error_code error = forwarding_.forget(home);
    if (error) {
        log_.error("policy-not-forgotten", {{"home", home}, {"reason", error.message()}});
    }
    return error;
}

// Of a client that shall have these prefixes. Before any is made: to what goes from one client to
// another the kernel has one route, and the end of the old one would be that of the new one.
void HomeNetwork::end_outdated_routes(const wire::HomeAddress& home,
                                      const std::vector<wire::Prefix>& prefixes) {
    const auto known = networks_.find(home);
    if (known != networks_.end() && known->second.prefixes != prefixes) {
        end_routes(known->second);
    }
}

void HomeNetwork::set_network(const wire::HomeAddress& home,
                              const std::vector<wire::Prefix>& prefixes) {
    const auto known = networks_.find(home);
    if (known == networks_.end() && prefixes.empty()) {
        return;
    }
    Network& network = known != networks_.end() ? known->second : networks_[home];
    if (network.prefixes == prefixes) {
        return;
    }
    end_routes(network);
    network.prefixes = prefixes;
    if (prefixes.empty()) {
        networks_.erase(home);
    } else {
        route_network(home, network);
    }
}

void HomeNetwork::lead(const wire::HomeAddress& home, bool is_bound) {
    const auto known = networks_.find(home);
    if (known == networks_.end()) {
        return;
    }
    Network& network = known->second;
    end_routes(network);
    network.is_bound = is_bound;
    route_network(home, network);
}

void HomeNetwork::route_network(const wire::HomeAddress& home, Network& network) {
    for (const wire::Prefix& prefix : network.prefixes) {
        const platform::Route route = route_behind(home, prefix, network.is_bound);
        const auto error = footprint_.add(route);
        if (error && error != std::errc::file_exists) {
            log_.error("network-prefix-not-routed",
                       {{"prefix", prefix.text()}, {"reason", error.message()}});
        }
        network.routes.push_back(route);
    }
}

// The kernel takes their routes away with the link, and with its address.
void HomeNetwork::route_networks_at_home() {
    for (auto& [home, network] : networks_) {
        if (!network.is_bound) {
            end_routes(network);
            route_network(home, network);
        }
    }
}

void HomeNetwork::end_routes(Network& network) {
    for (const platform::Route& route : std::exchange(network.routes, {})) {
        footprint_.remove(route);
    }
}

// At home it registers nothing (RFC 3963 §5.8), and is the next hop on the link.
platform::Route HomeNetwork::route_behind(const wire::HomeAddress& home, const wire::Prefix& prefix,
                                          bool is_bound) const {
    const auto link = home_link_ && !is_bound ? home_link_->interface() : std::nullopt;
    if (!link) {
        return route_to(prefix);
    }
    return {.destination = prefix,
            .interface = *link,
            .gateway = home.address,
            .metric = home_link_metric};
}

std::vector<std::string> HomeNetwork::health() const {
    std::vector<std::string> faults = forwarding_.health();
    if (home_link_) {
        std::ranges::move(home_link_->health(), std::back_inserter(faults));
    }
    return faults;
}

platform::Route HomeNetwork::route_to(const wire::Prefix& destination) const {
    return {
        .destination = destination, .interface = settings_.tunnel, .metric = interception_metric};
}

}  // namespace godwit::server
