#include "server/core/admission.hpp"

#include <cstdint>

#include "shared/wire/options/nonce_indices.hpp"

namespace godwit::server {
namespace {

constexpr std::uint8_t loopback_net = 127;
constexpr std::uint8_t first_multicast_net = 224;  // behind it only what is reserved, and broadcast

bool is_loopback(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->octets[0] == loopback_net : address.is_loopback();
}

// A tunnel to where home addresses are, or to the home agent itself, would loop (RFC 6275 §15.1).
bool would_loop(const wire::Ipv6Address& address, const wire::Ipv6Address& local,
                const HomeAgentSettings& settings) {
    return settings.home_prefix.contains(address) || address == settings.address.address ||
           address == local || is_loopback(address) ||
           (settings.ipv4_pool && settings.ipv4_pool->contains(address));
}

bool would_loop(const Whereabouts& place, const HomeAgentSettings& settings) {
    return would_loop(place.care_of.address, place.path.local, settings) ||
           would_loop(place.path.remote, place.path.local, settings);
}

// RFC 6275 §9.5.1 wants a unicast routable address. In UDP it may be an IPv4 one, private or not;
// a loopback address is let through to be told why it is refused.
bool is_unicast_in_udp(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    if (!ipv4) {
        return address.is_unicast_routable() || address.is_loopback();
    }
    return ipv4->octets[0] != 0 && ipv4->octets[0] < first_multicast_net;
}

bool has_good_addresses(const Request& request) {
    if (!request.received.home.address.is_unicast_routable()) {
        return false;
    }
    return request.is_in_udp() ? is_unicast_in_udp(request.care_of.address) &&
                                     is_unicast_in_udp(request.received.path.remote)
                               : request.care_of.address.is_unicast_routable();
}

}  // namespace

std::optional<mobility::DropReason> silent_discard(const Request& request,
                                                   const MobileNodeRecord* owner) {
    // RFC 6275 §5.1: nobody binds the home address of somebody else.
    if (owner == nullptr || owner->home != request.received.home) {
        return mobility::DropReason::not_owner;
    }
    if (!has_good_addresses(request)) {
        return mobility::DropReason::bad_address;
    }
    // §9.5.1: a home registration has no use for a return routability procedure.
    if (request.update.home_registration &&
        wire::find<wire::NonceIndices>(request.update.options) != nullptr) {
        return mobility::DropReason::not_home_registration;
    }
    return std::nullopt;
}

std::optional<wire::BindingStatus> refusal(const Request& request, const Binding* entry,
                                           const HomeAgentSettings& settings) {
    using enum wire::BindingStatus;
    const bool is_bound = entry != nullptr && entry->is_valid;
    if (!request.update.home_registration) {  // §9.5.1; it is no correspondent node
        return is_bound ? registration_type_change_disallowed : administratively_prohibited;
    }
    if (entry != nullptr && !request.update.sequence.is_newer_than(entry->sequence)) {
        return sequence_number_out_of_window;
    }
    if (!settings.home_prefix.contains(request.received.home.address)) {
        return not_home_subnet;
    }
    if (request.is_deregistration()) {
        return is_bound ? std::nullopt : std::optional(not_home_agent_for_this_mobile_node);
    }
    if (would_loop(whereabouts(request), settings)) {
        return invalid_care_of_address;
    }
    // RFC 5555 §4.5: who could come natively is not served in UDP.
    if (request.update.force_udp_encapsulation && !request.is_in_udp()) {
        return identity_mismatch_or_cannot_force_udp;
    }
    if (request.is_from_home_link()) {  // §10.3.1: the Home Address option MUST be present
        return reason_unspecified;
    }
    // The tunnel of an invalid entry's session is closed for good.
    if (entry != nullptr && !entry->is_valid &&
        std::holds_alternative<mobility::InSession>(request.proof)) {
        return authentication_failed;
    }
    return std::nullopt;
}

Whereabouts whereabouts(const Request& request) {
    Whereabouts place{.care_of = request.care_of, .path = request.received.path};
    place.path.interface = {};  // the routing table knows better
    if (!request.is_in_udp()) {
        place.path.remote = request.care_of.address;
    }
    return place;
}

bool is_possible(const Whereabouts& place, const HomeAgentSettings& settings) {
    return is_unicast_in_udp(place.path.remote) && !would_loop(place, settings);
}

}  // namespace godwit::server
