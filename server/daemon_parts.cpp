#include "server/daemon_parts.hpp"

#include <utility>

#include "server/ipv4_pool.hpp"
#include "server/keys.hpp"
#include "shared/security/random.hpp"

namespace godwit::server {
namespace {

// Who has which IPv4 home address, now and after the next start.
Ipv4Assignments ipv4_assignments(const Configuration& configuration, HomeAgentStore& store,
                                 const runtime::Log& log) {
    if (!configuration.ipv4_pool) {
        return {};
    }
    Ipv4Assignments assigned = assign_ipv4(*configuration.ipv4_pool, configuration.mobile_nodes,
                                           store.ipv4_home_addresses());
    store.put_ipv4_home_addresses(assigned);
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        if (!assigned.contains(node.home_address)) {
            log.warning("ipv4-pool-used-up", {{"mobile_node", node.name}});
        }
    }
    return assigned;
}

}  // namespace

std::vector<std::optional<security::PublicKey>> public_keys(const Configuration& configuration) {
    std::vector<std::optional<security::PublicKey>> keys;
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        keys.push_back(node.public_key);
    }
    return keys;
}

security::HomeAgentCredentials credentials(const Configuration& configuration) {
    Keys keys = load_keys(configuration);
    security::HomeAgentCredentials result{
        .address = configuration.address,
        // A laboratory without any keys still wants one that nobody knows.
        .own = keys.own ? std::move(*keys.own) : security::KeyPair::generate(),
        .suites = configuration.suites.common_with(security::SuiteSet::of_this_machine())};
    for (std::uint32_t index = 0; index < configuration.mobile_nodes.size(); ++index) {
        const MobileNodeEntry& node = configuration.mobile_nodes[index];
        if (node.protection == mobility::Protection::none) {
            result.unprotected_peers.push_back({{index}, node.home_address});
        } else {
            result.protected_peers.push_back(
                {{index}, *node.public_key, std::move(keys.preshared[index])});
        }
    }
    return result;
}

std::vector<platform::UdpTunnelSocket> udp_sockets(const Configuration& configuration) {
    std::vector<platform::UdpTunnelSocket> sockets;
    for (const std::uint16_t port : configuration.udp_ports) {
        sockets.emplace_back(platform::UdpTunnelSocket::Options{.port = port});
    }
    return sockets;
}

HomeAgentSettings home_agent_settings(const Configuration& configuration, HomeAgentStore& store,
                                      std::uint32_t restarts, const runtime::Log& log) {
    HomeAgentSettings settings{.address = configuration.address,
                               .home_prefix = configuration.home_prefix,
                               .ipv4_pool = configuration.ipv4_pool,
                               .max_lifetime = configuration.max_lifetime,
                               .nat_keepalive = configuration.nat_keepalive,
                               .restart_counter = restarts,
                               .allow_unprotected = configuration.allow_unprotected,
                               .checks = {.random = security::random_number,
                                          .path_mtu = configuration.path_mtu,
                                          .mtu_probe_interval = configuration.mtu_probe_interval}};
    const Ipv4Assignments ipv4 = ipv4_assignments(configuration, store, log);
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        const auto found = ipv4.find(node.home_address);
        settings.mobile_nodes.push_back(
            {.name = node.name,
             .home = node.home_address,
             .protection = node.protection,
             .ipv4_home = found != ipv4.end() ? std::optional(found->second) : std::nullopt});
    }
    return settings;
}

std::optional<runtime::HttpNetwork> http_network(const Configuration& configuration) {
    const ApiEntry& api = configuration.api;
    if (!api.listen) {
        return std::nullopt;
    }
    return runtime::HttpNetwork{
        .listen = *api.listen,
        .rules = {.is_loopback = api.listen->is_loopback(),
                  .token = api.token_file ? std::optional(security::ApiToken::load(*api.token_file))
                                          : std::nullopt,
                  .host_names = api.host_names}};
}

}  // namespace godwit::server
