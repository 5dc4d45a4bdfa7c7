#pragma once
// What a core has to tell: for the log, the status and the tests. Nothing is decided by it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/mobility/dns_configuration.hpp"
#include "shared/mobility/move_cause.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/binding_status.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/messages/binding_revocation.hpp"

namespace godwit::mobility {

struct BindingRegistered {  // a new binding
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    wire::Lifetime lifetime;
};
struct BindingRefreshed {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    wire::Lifetime lifetime;
};
struct BindingMoved {
    wire::HomeAddress home;
    wire::CareOfAddress from;
    wire::CareOfAddress to;
    std::optional<MoveCause> cause{};  // where the mobile node has said it
};
// RFC 5648, at the home agent: a binding beside the one in use, and its end.
struct OtherBindingRegistered {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    std::uint16_t binding_id = 0;
};
struct OtherBindingEnded {  // deregistered or expired
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    std::uint16_t binding_id = 0;
};
struct EndpointMoved {  // a NAT has given the mobile node another address or port
    wire::HomeAddress home;
    Path from;
    Path to;
};
struct CareOfAddressProved {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
};
struct CareOfAddressUnproved {  // no answer came from there
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    std::optional<wire::CareOfAddress> fallback;  // where data goes instead; nowhere without one
};
struct Ipv4Bound {
    wire::HomeAddress home;
    wire::Ipv4Address ipv4;
};
// RFC 3963: the home agent sends what goes to them to the mobile node, from now on.
struct PrefixesBound {
    wire::HomeAddress home;
    std::vector<wire::Prefix> prefixes;  // empty: none any more
};
// At the mobile node: the home agent does not, and the registration is that of a host.
struct PrefixesRefused {
    wire::HomeAddress home;
    wire::BindingStatus status;  // accepted: it does not know of mobile networks
};
// RFC 6089, at the mobile node: the home agent sends so many of its flows not where it has wished.
struct FlowsRefused {
    wire::HomeAddress home;
    std::size_t flows = 0;
    std::optional<wire::FlowBindingStatus> status;  // of the first; nothing: it does not know flows
    bool is_told = true;  // the first; false: a binding update had no room for it
};
struct DnsConfigured {  // at the mobile node: by its home agent, others than before
    wire::HomeAddress home;
    DnsConfiguration dns;  // empty: none any more
};
struct HomePrefixDoubtful {  // at the mobile node: status 1, RFC 6275 §11.7.3
    wire::HomeAddress home;
};
struct MtuChanged {  // of the tunnel, this end's direction
    wire::HomeAddress home;
    TunnelMtu mtu;
};
struct NatDetected {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    std::chrono::seconds refresh{};
};
struct PathTaken {  // by the mobile node
    Path path;
    MoveCause cause{};
};
struct PathSilent {  // data was sent along it, probes too, and nothing came back
    Path path;
    std::chrono::nanoseconds silent_for{};
};
struct BindingRemoved {  // deregistered
    wire::HomeAddress home;
};
struct BindingRevoked {  // RFC 5846, at the home agent; the mobile node is told, and may not hear
                         // it
    wire::HomeAddress home;
    wire::RevocationTrigger trigger{};
};
struct HomeAgentSwitchAsked {  // RFC 5142; at the home agent: by who runs it
    wire::HomeAddress home;
    std::vector<wire::HomeAgentAddress> home_agents;  // empty: the mobile node is to find one
    std::optional<wire::Lifetime> grace;  // for which it is served yet; none: nothing is said
};
struct BindingExpired {
    wire::HomeAddress home;
};
struct BindingRefused {  // at the home agent: sent; at the mobile node: received
    wire::HomeAddress home;
    wire::BindingStatus status;
};
struct HandoverCompleted {     // at the mobile node
    wire::CareOfAddress from;  // the home address where it was at home, unspecified where nowhere
    wire::CareOfAddress to;
    MoveCause cause{};
    std::chrono::nanoseconds gap{};  // from the new address being usable to the acknowledgement
};
struct PacketsResent {  // of this end's direction, because of a move
    wire::HomeAddress home;
    std::uint64_t resent = 0;
    std::uint64_t lost = 0;
};
// The record of a move at the mobile node; times count from when the new address was usable.
struct HandoverRecorded {
    wire::HomeAddress home;
    wire::CareOfAddress from;
    wire::CareOfAddress to;
    MoveCause cause{};
    std::optional<std::chrono::nanoseconds> without_link;  // before: since the old one had gone
    std::optional<std::chrono::nanoseconds> first_sent;    // data along the new path
    std::chrono::nanoseconds acknowledged{};
    std::optional<std::chrono::nanoseconds> first_received;  // data along the new path
    std::uint64_t resent = 0;                                // packets, by this end
    std::uint64_t lost = 0;  // of this end's; no longer there to be resent
};
// The same at the home agent, where times count from the binding update.
struct BindingMoveRecorded {
    wire::HomeAddress home;
    wire::CareOfAddress from;
    wire::CareOfAddress to;
    std::optional<MoveCause> cause{};  // where the mobile node has said it
    std::optional<std::chrono::nanoseconds> first_received;
    std::uint64_t resent = 0;
    std::uint64_t lost = 0;
};
struct NoAcknowledgement {  // a binding update went unanswered
    wire::CareOfAddress care_of;
    std::chrono::nanoseconds waited{};
};

// Why a core passed over an authenticated message or a hint.
enum class DropReason : std::uint8_t {
    not_expected,  // no such message to this role, or none outstanding (RFC 6275 §11.7.3)
    not_owner,     // the key does not belong to this home address (RFC 6275 §5.1)
    bad_address,   // not unicast routable (RFC 6275 §9.5.1)
    not_home_registration,
    rate_limited,
    handshake_refused,    // by who holds the key that he names; he has been told why
    address_in_question,  // whether somebody on the home link has it is being found out
    protection_mismatch,  // the laboratory profile meets protected configuration, or the reverse
};
struct MessageDropped {
    DropReason reason{};
};

using Event =
    std::variant<BindingRegistered, BindingRefreshed, BindingMoved, OtherBindingRegistered,
                 OtherBindingEnded, EndpointMoved, CareOfAddressProved, CareOfAddressUnproved,
                 Ipv4Bound, PrefixesBound, PrefixesRefused, FlowsRefused, DnsConfigured,
                 HomePrefixDoubtful, MtuChanged, NatDetected, PathTaken, PathSilent, BindingRemoved,
                 BindingRevoked, HomeAgentSwitchAsked, BindingExpired, BindingRefused,
                 HandoverCompleted, PacketsResent, HandoverRecorded, BindingMoveRecorded,
                 NoAcknowledgement, MessageDropped>;

std::string_view name(DropReason reason);
// "not-authorized-for-prefix"; "not-supported" where the home agent does not know of it.
std::string reason_of(const PrefixesRefused& event);
// "malformed"; "not-supported" likewise; "no-room" where it has not been told.
std::string reason_of(const FlowsRefused& event);

}  // namespace godwit::mobility
