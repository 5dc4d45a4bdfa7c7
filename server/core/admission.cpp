#include "server/core/admission.hpp"

#include <algorithm>
#include <cstdint>

#include "server/core/contains.hpp"
#include "shared/mobility/claimed_care_of_address.hpp"
#include "shared/wire/options/alternate_care_of_address.hpp"
#include "shared/wire/options/ipv4_care_of_address.hpp"
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

bool is_unicast(const wire::Ipv6Address& care_of, const Request& request) {
    return request.is_in_udp() ? is_unicast_in_udp(care_of) : care_of.is_unicast_routable();
}

// RFC 6275 §9.5.4: nothing is sent to what is no unicast address. A link-local one may be the
// source of who names another care-of address.
bool has_good_source(const Request& request) {
    const wire::Ipv6Address& source = request.received.path.remote;
    return request.is_in_udp() ? is_unicast_in_udp(source)
                               : source.is_unicast_routable() || source.is_link_local();
}

bool has_good_addresses(const Request& request) {
    if (!request.received.home.address.is_unicast_routable() || !has_good_source(request)) {
        return false;
    }
    // RFC 5648 §6.2: with a BID the care-of address is not passed over in silence.
    return request.identifier != nullptr || is_unicast(request.care_of.address, request);
}

// What is wrong with the Binding Identifier options themselves (RFC 5648 §6.2).
std::optional<wire::BindingStatus> identifier_fault(const Request& request) {
    using enum wire::BindingStatus;
    const wire::BindingIdentifier* identifier = request.identifier;
    if (identifier == nullptr) {
        return std::nullopt;
    }
    if (mobility::count_binding_identifiers(request.update) > 1) {
        return mcoa_bulk_registration_prohibited;
    }
    if (identifier->simultaneous_home_and_foreign) {
        return mcoa_simultaneous_home_and_foreign_prohibited;
    }
    // §5.2, §8.1: the address stands in this option alone, so that it is never two.
    const bool is_named_elsewhere =
        wire::find<wire::AlternateCareOfAddress>(request.update.options) != nullptr ||
        wire::find<wire::Ipv4CareOfAddress>(request.update.options) != nullptr;
    const auto care_of = mobility::care_of_address(*identifier);
    if (identifier->id == 0 || is_named_elsewhere ||
        (care_of && !is_unicast(care_of->address, request))) {
        return mcoa_malformed;
    }
    return std::nullopt;
}

// `in_use`: the valid binding, or nullptr.
bool is_known(std::uint16_t id, const Binding* in_use, std::span<const OtherBinding> others) {
    return in_use != nullptr &&
           (in_use->binding_id == id || contains(others, id, &OtherBinding::id));
}

// Whether a binding may be added to those that there are (RFC 5648 §6.2).
std::optional<wire::BindingStatus> addition_fault(const Request& request, const Binding* in_use,
                                                  std::span<const OtherBinding> others) {
    using enum wire::BindingStatus;
    if (request.identifier == nullptr) {
        return std::nullopt;
    }
    const bool is_new = !is_known(request.identifier->id, in_use, others);
    if (is_new && !mobility::care_of_address(*request.identifier)) {
        return mcoa_unknown_care_of_address;
    }
    if (in_use == nullptr || request.update.overwrite) {
        return std::nullopt;
    }
    if (in_use->binding_id == 0) {
        return mcoa_non_mcoa_binding_exists;
    }
    return is_new && others.size() >= OtherBindings::max ? std::optional(insufficient_resources)
                                                         : std::nullopt;
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
                                           std::span<const OtherBinding> others,
                                           const HomeAgentSettings& settings) {
    using enum wire::BindingStatus;
    const Binding* in_use = entry != nullptr && entry->is_valid ? entry : nullptr;
    if (!request.update.home_registration && request.update.mobile_router) {  // RFC 3963 §6.2
        return mobile_router_operation_not_permitted;
    }
    if (!request.update.home_registration) {  // §9.5.1; it is no correspondent node
        return in_use != nullptr ? registration_type_change_disallowed
                                 : administratively_prohibited;
    }
    if (entry != nullptr && !request.update.sequence.is_newer_than(entry->sequence)) {
        return sequence_number_out_of_window;
    }
    if (!settings.home_prefix.contains(request.received.home.address)) {
        return not_home_subnet;
    }
    if (const auto fault = identifier_fault(request)) {
        return fault;
    }
    if (request.is_deregistration()) {
        const bool is_there = request.identifier != nullptr
                                  ? is_known(request.identifier->id, in_use, others)
                                  : in_use != nullptr;
        return is_there ? std::nullopt : std::optional(not_home_agent_for_this_mobile_node);
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
    return addition_fault(request, in_use, others);
}

bool is_second_to_another(const Request& request, const Binding& in_use,
                          std::span<const OtherBinding> others) {
    if (request.identifier == nullptr || request.update.overwrite) {
        return false;
    }
    const auto is_better = [own = *request.identifier](std::uint16_t id, std::uint8_t priority) {
        return id != own.id && rank(priority) < rank(own.priority);
    };
    return is_better(in_use.binding_id, in_use.priority) ||
           std::ranges::any_of(others, [&](const OtherBinding& other) {
               return is_better(other.id, other.priority);
           });
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
