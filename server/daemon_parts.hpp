#pragma once
// What the daemon's parts are made with, out of the configuration, the key files and the store.

#include <cstdint>
#include <optional>
#include <vector>

#include "server/clients/enrolled_clients.hpp"
#include "server/clients/home_agent_keys.hpp"
#include "server/configuration.hpp"
#include "server/core/admission.hpp"
#include "server/core/home_agent.hpp"
#include "server/home_discovery.hpp"
#include "server/home_network.hpp"
#include "server/status.hpp"
#include "server/store/store.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::server {

// Before any thread is made: dumps, and every right that the daemon has no use for. Throws
// std::system_error, also where one that it needs is missing.
void give_up_what_is_not_needed(const Configuration& configuration);
// Once all ports are bound and all workers run: what only the start needed. Throws
// std::system_error.
runtime::Confinement end_of_start(const Configuration& configuration, const runtime::Log& log);

// Acknowledgements by their status.
void count(MessageCounts& counts, const wire::MobilityMessage& message);

// Says who has which IPv4 address. Keeps a reference to the configuration. `shards`: among whom
// packets are divided. Throws std::system_error.
ClientsSettings clients_settings(const Configuration& configuration, mobility::Shards shards,
                                 Store& store, const runtime::Log& log);
// Throws runtime::InvalidConfiguration, std::system_error.
HomeAgentKeys home_agent_keys(const Configuration& configuration, Store& store);
// `shards`: that sessions are to belong to. Throws runtime::InvalidConfiguration.
security::HomeAgentCredentials credentials(const Configuration& configuration,
                                           const EnrolledClients& clients, mobility::Shards shards);
using JudgeClaim = decltype(HomeAgentSettings::claim);
// `restarts`: how many starts the store has counted.
HomeAgentSettings home_agent_settings(const Configuration& configuration, std::uint32_t restarts,
                                      const EnrolledClients& clients, JudgeClaim claim);
HomeNetworkSettings home_network_settings(const Configuration& configuration,
                                          mobility::InterfaceIndex tunnel);
// Keeps a reference to the core.
HomeDiscoverySettings home_discovery_settings(const Configuration& configuration,
                                              mobility::InterfaceIndex tunnel,
                                              const HomeAgent& node);
// Where the API is heard over TCP, if anywhere. Throws runtime::InvalidConfiguration.
std::optional<runtime::HttpNetwork> http_network(const Configuration& configuration);

}  // namespace godwit::server
