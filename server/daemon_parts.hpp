#pragma once
// What the daemon's parts are made with, out of the configuration, the key files and the store.

#include <cstdint>
#include <optional>
#include <vector>

#include "server/clients/enrolled_clients.hpp"
#include "server/clients/home_agent_keys.hpp"
#include "server/configuration.hpp"
#include "server/core/admission.hpp"
#include "server/store/store.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::server {

// Says who has which IPv4 address. Keeps a reference to the configuration. Throws
// std::system_error.
ClientsSettings clients_settings(const Configuration& configuration, Store& store,
                                 const runtime::Log& log);
// Throws runtime::InvalidConfiguration, std::system_error.
HomeAgentKeys home_agent_keys(const Configuration& configuration, Store& store);
// `shards`: that sessions are to belong to. Throws runtime::InvalidConfiguration.
security::HomeAgentCredentials credentials(const Configuration& configuration,
                                           const EnrolledClients& clients, mobility::Shards shards);
using JudgeClaim = decltype(HomeAgentSettings::claim);
// `restarts`: how many starts the store has counted.
HomeAgentSettings home_agent_settings(const Configuration& configuration, std::uint32_t restarts,
                                      const EnrolledClients& clients, JudgeClaim claim);
// Where the API is heard over TCP, if anywhere. Throws runtime::InvalidConfiguration.
std::optional<runtime::HttpNetwork> http_network(const Configuration& configuration);

}  // namespace godwit::server
