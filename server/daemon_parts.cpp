#include "server/daemon_parts.hpp"

#include <system_error>
#include <utility>

#include "server/client_service.hpp"
#include "server/clients/ipv4_pool.hpp"
#include "server/invite_line.hpp"
#include "server/keys.hpp"
#include "shared/platform/privileges.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/random.hpp"
#include "shared/wire/message_name.hpp"

namespace godwit::server {
namespace {

std::chrono::sys_seconds wall_clock() {
    return std::chrono::floor<std::chrono::seconds>(runtime::wall_now());
}

// Who has which IPv4 home address, now and after the next start.
Ipv4Assignments ipv4_assignments(const Configuration& configuration, Store& store,
                                 const runtime::Log& log) {
    if (!configuration.ipv4_pool) {
        return {};
    }
    std::vector<MobileNodeEntry> nodes = configuration.mobile_nodes;
    for (const StoredClient& client : store.clients()) {
        nodes.push_back({.name = client.name, .home_address = client.home});
    }
    Ipv4Assignments assigned =
        assign_ipv4(*configuration.ipv4_pool, nodes, store.ipv4_home_addresses());
    if (const auto failure = store.put_ipv4_home_addresses(assigned)) {
        throw std::system_error(failure, "write the IPv4 addresses into the state file");
    }
    for (const MobileNodeEntry& node : nodes) {
        if (!assigned.contains(node.home_address)) {
            log.warning("ipv4-pool-used-up", {{"mobile_node", node.name}});
        }
    }
    return assigned;
}

std::vector<Client> configured_clients(const Configuration& configuration,
                                       const Ipv4Assignments& ipv4) {
    std::vector<Client> clients;
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        const auto found = ipv4.find(node.home_address);
        clients.push_back(
            {.name = node.name,
             .home = node.home_address,
             .ipv4 = found != ipv4.end() ? std::optional(found->second) : std::nullopt,
             .state = ClientState::enabled,
             .is_configured = true,
             .key = node.public_key,
             .policy = node.policy});
    }
    return clients;
}

bool uses_files_of_others(const Configuration& configuration) {
    return platform::belong_to_another({configuration.state_directory,
                                        configuration.status_socket.parent_path(),
                                        configuration.private_key_file.value_or("")});
}

}  // namespace

void give_up_what_is_not_needed(const Configuration& configuration) {
    platform::harden_process();
    platform::require_network_capabilities();
    platform::give_up_capabilities({.ports_below_1024 = true,
                                    .kernel_programs = true,
                                    .files_of_others = uses_files_of_others(configuration)});
}

runtime::Confinement end_of_start(const Configuration& configuration, const runtime::Log& log) {
    platform::give_up_capabilities({.files_of_others = uses_files_of_others(configuration)});
    return runtime::Confining().confine(log);
}

void count(MessageCounts& counts, const wire::MobilityMessage& message) {
    const auto* acknowledgement = std::get_if<wire::BindingAcknowledgement>(&message);
    counts.add(wire::name(message),
               acknowledgement != nullptr ? std::optional(acknowledgement->status) : std::nullopt);
}

ClientsSettings clients_settings(const Configuration& configuration, mobility::Shards shards,
                                 Store& store, const runtime::Log& log) {
    return {.addresses = {.prefix = configuration.home_prefix, .home_agent = configuration.address},
            .ipv4_pool = configuration.ipv4_pool,
            .configured =
                configured_clients(configuration, ipv4_assignments(configuration, store, log)),
            .can_invite = configuration.private_key_file && !configuration.udp_ports.empty(),
            .carries_networks = shards.count() == 1,
            .wall_clock = wall_clock,
            .invite_line = [&configuration](const InviteWords& words) {
                return invite_line(configuration, words);
            }};
}

HomeAgentKeys home_agent_keys(const Configuration& configuration, Store& store) {
    Keys keys = load_keys(configuration);
    // A laboratory without any keys still wants one that nobody knows.
    return {keys.own ? *std::move(keys.own) : security::KeyPair::generate(), store.keys(),
            wall_clock()};
}

security::HomeAgentCredentials credentials(const Configuration& configuration,
                                           const EnrolledClients& clients,
                                           mobility::Shards shards) {
    Keys keys = load_keys(configuration);
    security::HomeAgentCredentials result{
        .address = configuration.address,
        .own = copy_of(clients.keys().current),
        .suites = configuration.suites.common_with(security::SuiteSet::of_this_machine()),
        .protected_peers = clients.peers(),
        .unprotected_peers = {},
        .shards = shards};
    if (clients.keys().previous) {
        result.previous = copy_of(*clients.keys().previous);
    }
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

HomeAgentSettings home_agent_settings(const Configuration& configuration, std::uint32_t restarts,
                                      const EnrolledClients& clients, JudgeClaim claim) {
    HomeAgentSettings settings{.address = configuration.address,
                               .home_prefix = configuration.home_prefix,
                               .ipv4_pool = configuration.ipv4_pool,
                               .prefix_valid = configuration.prefix.valid_lifetime,
                               .prefix_preferred = configuration.prefix.preferred_lifetime,
                               .max_lifetime = configuration.max_lifetime,
                               .nat_keepalive = configuration.nat_keepalive,
                               .dns = configuration.dns,
                               .restart_counter = restarts,
                               .allow_unprotected = configuration.allow_unprotected,
                               .checks = {.random = security::random_number,
                                          .path_mtu = configuration.path_mtu,
                                          .mtu_probe_interval = configuration.mtu_probe_interval},
                               .claim = std::move(claim)};
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        MobileNodeRecord record = record_of(*clients.find(node.name));
        record.protection = node.protection;
        settings.mobile_nodes.push_back(std::move(record));
    }
    for (const Client& client : clients.joined()) {
        settings.mobile_nodes.push_back(record_of(client));
    }
    return settings;
}

HomeNetworkSettings home_network_settings(const Configuration& configuration,
                                          mobility::InterfaceIndex tunnel) {
    return {
        .mode = configuration.home_mode,
        .home_prefix = configuration.home_prefix,
        .home_link = configuration.home_link.value_or(""),
        .neighbor_source = configuration.neighbor_source,
        .tunnel = tunnel,
        .sysctl_journal = (configuration.status_socket.parent_path() / "sysctl-journal").string(),
        .ipv4_pool = configuration.ipv4_pool,
        .masquerade = configuration.masquerade};
}

HomeDiscoverySettings home_discovery_settings(const Configuration& configuration,
                                              mobility::InterfaceIndex tunnel,
                                              const HomeAgent& node) {
    const bool is_on_prefix = configuration.home_prefix.contains(configuration.address.address);
    const wire::PrefixInformation prefix{
        // With the R flag the whole address of the home agent (RFC 6275 §7.2).
        .prefix = {is_on_prefix ? configuration.address.address : configuration.home_prefix.address,
                   configuration.home_prefix.length},
        .on_link = configuration.home_mode == HomeMode::on_link,
        .autonomous = false,  // home addresses are given
        .router_address = is_on_prefix,
        .valid_lifetime = configuration.prefix.valid_lifetime,
        .preferred_lifetime = configuration.prefix.preferred_lifetime};
    HomeDiscoverySettings settings{.address = configuration.address,
                                   .prefix = {.prefix = prefix,
                                              .min_interval = configuration.prefix.min_interval,
                                              .max_interval = configuration.prefix.max_interval,
                                              .random = security::random_number,
                                              .is_on = configuration.prefix.is_advertised},
                                   .tunnel = tunnel,
                                   .has_home_link = configuration.home_mode == HomeMode::on_link,
                                   .is_proved_by_tunnel = [&node](const wire::HomeAddress& home) {
                                       const Binding* binding =
                                           node.bindings().find(home, runtime::boot_now());
                                       return binding != nullptr && binding->is_valid &&
                                              binding->protection != mobility::Protection::plain;
                                   }};
    if (configuration.discovery_preference) {
        settings.discovery = {.address = configuration.address,
                              .home_prefix = configuration.home_prefix,
                              .preference = *configuration.discovery_preference,
                              .random = security::random_number};
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
