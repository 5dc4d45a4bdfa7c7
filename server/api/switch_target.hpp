#pragma once
// POST /v1/switch: asks clients to go to another home agent (RFC 5142).

#include <cstddef>
#include <functional>
#include <vector>

#include "server/clients/clients.hpp"
#include "server/core/switches.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::server {

// Asks those of these who are bound; how many they are.
using SendAway =
    std::function<std::size_t(const std::vector<wire::HomeAddress>&, const SwitchOrder&)>;

// `clients` outlives the routes.
void add_switch_target(runtime::HttpRoutes& routes, const Clients& clients, SendAway send_away);

}  // namespace godwit::server
