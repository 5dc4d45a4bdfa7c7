#pragma once
// Which binding updates a home agent takes: RFC 6275 §9.5.1 (any node), §10.3.1 (home
// registration), §10.3.2 (deregistration). Pure rules; what follows from them is in home_agent.cpp.

#include <optional>
#include <vector>

#include "server/core/binding_cache.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

struct HomeAgentSettings {
    wire::HomeAgentAddress address;
    wire::Prefix home_prefix;
    wire::Lifetime max_lifetime{900};  // granted at most: 3600 s
    bool allow_unprotected = false;    // the laboratory profile
    std::vector<MobileNodeRecord> mobile_nodes;
};

// A binding update with what goes with it.
struct Request {
    const mobility::Received& received;
    const wire::BindingUpdate& update;
    mobility::PeerId peer;
    const mobility::Proof& proof;
    wire::CareOfAddress care_of;  // the Alternate Care-of Address, else the packet's source

    [[nodiscard]] bool is_deregistration() const {
        return update.lifetime == wire::Lifetime::zero();
    }
    // The packet's source is the home address itself.
    [[nodiscard]] bool is_from_home_link() const {
        return received.path.remote == received.home.address;
    }
};

// Why nothing at all is answered; nothing if something is.
std::optional<mobility::DropReason> silent_discard(const Request& request,
                                                   const MobileNodeRecord* owner);

// The status of 128 or more that answers the update; nothing if it is taken. `entry` is the home
// address's, valid or not, or nullptr.
std::optional<wire::BindingStatus> refusal(const Request& request, const Binding* entry,
                                           const HomeAgentSettings& settings);

}  // namespace godwit::server
