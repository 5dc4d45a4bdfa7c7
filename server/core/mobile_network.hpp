#pragma once
// What is behind a mobile node (RFC 3963 §6): a binding update with R says that it is a router, and
// which prefixes are behind it; without any (implicit mode) those that it has been given. Who may
// have which is its record's matter, the Prefix Table of §6.1.2.

#include <optional>
#include <vector>

#include "server/core/admission.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

// The status that answers an update for what it says of a network; nothing if it is taken. `in_use`
// is the home address's valid binding, or nullptr.
std::optional<wire::BindingStatus> network_refusal(const Request& request,
                                                   const MobileNodeRegistry& registry,
                                                   const Binding* in_use,
                                                   const HomeAgentSettings& settings);

// Those that an update which is taken registers.
std::vector<wire::Prefix> network_prefixes(const Request& request, const MobileNodeRecord& owner);

// Has the tunnel carry what is behind the mobile node now, if it is not what was.
void carry_prefixes(const Binding& binding, const std::vector<wire::Prefix>& before,
                    mobility::Actions& actions);

}  // namespace godwit::server
