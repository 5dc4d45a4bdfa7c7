#pragma once
// Which binding updates a home agent takes: RFC 6275 §9.5.1 (any node), §10.3.1 (home
// registration), §10.3.2 (deregistration); RFC 5555 §4.5 (in UDP); RFC 5648 §6.2 (with a BID). Pure
// rules; what follows from them is in home_agent.cpp.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/core/address_claim.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/care_of_proof.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "server/core/other_bindings.hpp"
#include "server/core/path_checks.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::server {

struct HomeAgentSettings {
    wire::HomeAgentAddress address;
    wire::Prefix home_prefix;
    std::optional<wire::Prefix> ipv4_pool{};  // of the IPv4 home addresses, as ::ffff:0:0/96
    // Of the home prefix, whenever it is asked for (RFC 4861 §6.2.1: AdvValidLifetime).
    wire::Seconds prefix_valid = wire::infinite_lifetime;
    wire::Seconds prefix_preferred = wire::infinite_lifetime;
    wire::Lifetime max_lifetime{900};        // granted at most: 3600 s
    std::chrono::seconds nat_keepalive{25};  // advised to mobile nodes behind a NAT
    mobility::DnsConfiguration dns{};        // for the mobile nodes; empty: nothing is told
    std::uint32_t restart_counter = 0;       // RFC 5847 §3.4
    bool allow_unprotected = false;          // the laboratory profile
    PathCheckSettings checks{};
    // Asked before a home address is bound that was not; empty: it can be nobody else's.
    std::function<AddressClaim(const wire::HomeAddress&)> claim{};
    std::vector<MobileNodeRecord> mobile_nodes{};
};

// A binding update with what goes with it.
struct Request {
    const mobility::Received& received;
    const wire::BindingUpdate& update;
    mobility::PeerId peer;
    const mobility::Proof& proof;
    wire::CareOfAddress care_of;  // what the update claims, else the packet's source
    const wire::BindingIdentifier* identifier = nullptr;  // the first; nullptr without any

    [[nodiscard]] bool is_deregistration() const {
        return update.lifetime == wire::Lifetime::zero();
    }
    [[nodiscard]] bool is_in_udp() const {
        return received.path.encapsulation == mobility::Encapsulation::udp;
    }
    // The packet's source is the home address itself.
    [[nodiscard]] bool is_from_home_link() const {
        return !is_in_udp() && received.path.remote == received.home.address;
    }
    [[nodiscard]] bool is_behind_nat() const {
        return server::is_behind_nat(care_of, received.path);
    }
};

// Why nothing at all is answered; nothing if something is.
std::optional<mobility::DropReason> silent_discard(const Request& request,
                                                   const MobileNodeRecord* owner);

// The status of 128 or more that answers the update; nothing if it is taken. `entry` is the home
// address's, valid or not, or nullptr; `others` are the bindings beside it.
std::optional<wire::BindingStatus> refusal(const Request& request, const Binding* entry,
                                           std::span<const OtherBinding> others,
                                           const HomeAgentSettings& settings);

// RFC 6275 §10.3.1: a prefix's lifetime, with the two lowest bits ignored.
inline wire::Lifetime in_units(wire::Seconds prefix_lifetime) {
    return std::chrono::floor<wire::Lifetime>(prefix_lifetime);
}

// RFC 6275 §10.3.1: never more than was asked for, nor longer than the home prefix is valid.
inline wire::Lifetime granted_to(const Request& request, const HomeAgentSettings& settings) {
    return std::min(
        {request.update.lifetime, settings.max_lifetime, in_units(settings.prefix_valid)});
}

// Whether an update that is taken leaves another binding the better one (RFC 6089 §5.1.1). Among
// equals the newest is in use.
bool is_second_to_another(const Request& request, const Binding& in_use,
                          std::span<const OtherBinding> others);

// Where a tunnel would lead. Natively to the care-of address, which is proved, whatever source the
// packet had; in UDP to where the packet came from, since a NAT may be there.
Whereabouts whereabouts(const Request& request);
// Whether a tunnel may lead there.
bool is_possible(const Whereabouts& place, const HomeAgentSettings& settings);

}  // namespace godwit::server
