#pragma once
// What the daemon's parts are made with, out of the configuration, the key files and the store.

#include <cstdint>
#include <optional>
#include <vector>

#include "server/configuration.hpp"
#include "server/core/admission.hpp"
#include "server/store/home_agent_store.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/keys.hpp"

namespace godwit::server {

std::vector<std::optional<security::PublicKey>> public_keys(const Configuration& configuration);
// Throws runtime::InvalidConfiguration.
security::HomeAgentCredentials credentials(const Configuration& configuration);
// Throws std::system_error.
std::vector<platform::UdpTunnelSocket> udp_sockets(const Configuration& configuration);
// `restarts`: how many starts the store has counted. Throws std::system_error.
HomeAgentSettings home_agent_settings(const Configuration& configuration, HomeAgentStore& store,
                                      std::uint32_t restarts, const runtime::Log& log);
// Where the API is heard over TCP, if anywhere. Throws runtime::InvalidConfiguration.
std::optional<runtime::HttpNetwork> http_network(const Configuration& configuration);

}  // namespace godwit::server
