#pragma once
// The IPv4 home address of RFC 5555 §4.5: who has one has always the same, beside its IPv6 home
// address, and asks for it in each binding update (§4.4).

#include <optional>

#include "server/core/binding_cache.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/messages/binding_update.hpp"

namespace godwit::server {

struct Ipv4Verdict {
    std::optional<wire::Ipv4Address> home;  // bound from now on
    // In the acknowledgement, where the update asked.
    std::optional<wire::Ipv4AddressAcknowledgement> answer;
};

// `is_bound`: it has been, so that this is a refresh.
Ipv4Verdict judge_ipv4(const wire::BindingUpdate& update, const MobileNodeRecord& owner,
                       bool is_bound);

// Has the tunnel carry what is bound now, if it is not what was.
void carry_ipv4(const Binding& binding, std::optional<wire::Ipv4Address> before,
                mobility::Actions& actions);

}  // namespace godwit::server
