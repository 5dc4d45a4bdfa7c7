#pragma once
// The contract between a core and the world. Both roles, mobile node and home agent, are a Node:
// one event loop and one simulator drive either. A Node reads no clock, holds no socket and logs
// nothing: it is told what happened and when, and answers what is to be done, in this order.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "shared/mobility/authenticated.hpp"
#include "shared/mobility/event.hpp"
#include "shared/mobility/flow_route.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/join_refusal.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/reception.hpp"
#include "shared/mobility/session.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::mobility {

// Send a signalling message along a path. The home address travels with it, in a Home Address
// option or a type 2 routing header, where the path's own address is another one and `names_home`
// holds.
struct SendMessage {
    Path path;
    wire::HomeAddress home;
    bool names_home = true;
    wire::MobilityMessage message;
    Seal seal;
    // Binding updates and acknowledgements only: what this end has received of the tunnel's
    // sessions at that time goes with it (mobility/reception.hpp).
    bool tells_reception = false;
    // Heartbeats only: how long the inner packet shall be, in octets, with padding behind it. Such
    // a probe of the path's MTU is never fragmented (RFC 8899 §3). 0: as long as the message is.
    std::uint32_t padded_to = 0;
};

// Open sealed packets of this session from now on; what is inside must belong to this home address.
struct AdmitSession {
    wire::HomeAddress home;
    SessionId session;
};

// Send what belongs to this home address along this path, sealed by this session, or as plain
// IPv6-in-IPv6 if there is none; plain packets are then also taken from there, and from nowhere
// else. What the other end has received, if it has told, says what is to be sent again.
struct DirectTunnel {
    wire::HomeAddress home;
    Path path;
    std::optional<SessionId> session;
    std::vector<Reception> receptions{};
    // What has been sent along the path before since then has probably been lost, and need not wait
    // for the other end's word.
    std::optional<Instant> doubted_since{};
};

// Send a sealed packet without content along the tunnel's path, so that the other end sees that
// this end has the keys, and where it is; a NAT's mapping lives on. A plain tunnel over UDP sends
// the keepalive of RFC 3948 §2.3.
struct ConfirmSession {
    wire::HomeAddress home;
};

// Send nothing for this home address until the tunnel is directed again. What is sealed waits for
// that; it does not wait for long.
struct HoldTunnel {
    wire::HomeAddress home;
};

// How long inner packets may be, in octets.
struct FitTunnel {
    wire::HomeAddress home;
    TunnelMtu mtu;
};

// Which IPv4 address travels through the tunnel of this home address, beside it; none: none does.
struct CarryIpv4 {
    wire::HomeAddress home;
    std::optional<wire::Ipv4Address> ipv4;
};

// Which prefixes are behind this home address (RFC 3963), in place of what was said before; none:
// packets are only its own.
struct CarryPrefixes {
    wire::HomeAddress home;
    std::vector<wire::Prefix> prefixes;
};

// Which flows take which paths instead of the tunnel's own, in place of what was said before. Of a
// rule's paths those count that are known here; without any its flow takes the tunnel's own. From
// all of the paths packets are taken.
struct RouteFlows {
    wire::HomeAddress home;
    std::vector<NumberedPath> paths;
    std::vector<FlowRule> rules;  // in the order of their priority
};

// Tell, once, when the next packet has gone out through this tunnel: any packet, or one of more
// than large_packet octets; or when one has come in along this path. `reading`: tell at once how
// many there were.
struct WatchTraffic {
    wire::HomeAddress home;
    enum class What : std::uint8_t { any_sent, large_sent, received_along, reading } what{};
    Path path{};  // received_along only; without interface and local port
};
inline constexpr std::uint32_t large_packet = 1000;  // octets of an inner packet

// Neither send nor take packets for this home address any more. Its sessions still serve
// signalling, but never a tunnel again: their packet counters are gone.
struct CloseTunnel {
    wire::HomeAddress home;
};

// Forget a session and its keys.
struct EndSession {
    SessionId session;
};

using Action = std::variant<SendMessage, AdmitSession, DirectTunnel, ConfirmSession, HoldTunnel,
                            FitTunnel, CarryIpv4, CarryPrefixes, RouteFlows, WatchTraffic,
                            CloseTunnel, EndSession, Event>;
using Actions = std::vector<Action>;

// Something that nobody has proved. It may make a node ask sooner, never believe
// (docs/protocol.md).
struct Hint {
    enum class Kind : std::uint8_t {
        unknown_session,        // a binding update under a session that this end does not have
        authentication_failed,  // the other end does not have our session: BA, status 146
        refresh_requested,      // a Binding Refresh Request
        unknown_binding,        // a Binding Error, status 1
        unknown_home,           // a bare binding update for a home address that is nobody's here
        unrecognized_type,      // a Mobility Header of a type not known here
        // At the home agent: who knows its public key is not taken. At the mobile node: somebody
        // says so, BA, status 129.
        join_refused,
        cookie_given,  // the other end is under load: the update of this number goes again
    };
    Kind kind{};
    wire::SequenceNumber sequence{};  // of the binding update or acknowledgement, if there is one
    JoinRefusal refusal{};            // join_refused only
};

struct Received {
    Path path;               // local: where the packet was sent to; remote: where it came from
    wire::HomeAddress home;  // the home address it speaks for; unspecified if it names none
    std::variant<Authenticated<wire::MobilityMessage>, Hint> content;
};

// What WatchTraffic asked for, with the numbers of inner packets since the tunnel was opened.
// Heartbeats and packets without content do not count.
struct TrafficNotice {
    wire::HomeAddress home;
    WatchTraffic::What what{};
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

// What a move had cost in this end's direction has been made good, as far as it was still there.
struct ResentNotice {
    wire::HomeAddress home;
    std::uint64_t resent = 0;  // packets
    std::uint64_t lost = 0;
};

class Node {
  public:
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    virtual ~Node() = default;

    [[nodiscard]] virtual Actions on_received(Instant now, const Received& received) = 0;
    // The first packet of this session has been opened: the other end has the keys too.
    [[nodiscard]] virtual Actions on_session_confirmed(Instant now, SessionId session) = 0;
    // Half of the packet numbers of this session are used up: it wants a successor.
    [[nodiscard]] virtual Actions on_rekey_due(Instant now, SessionId session) = 0;
    // The newest data packet of this session came over UDP from another place than the one before.
    [[nodiscard]] virtual Actions on_moved_endpoint(Instant now, SessionId session,
                                                    const Path& path) = 0;
    [[nodiscard]] virtual Actions on_traffic(Instant now, const TrafficNotice& notice) = 0;
    [[nodiscard]] virtual Actions on_resent(Instant now, const ResentNotice& notice) = 0;
    // To be called at next_deadline(). A call too early or too often does no harm.
    [[nodiscard]] virtual Actions on_deadline(Instant now) = 0;
    [[nodiscard]] virtual std::optional<Instant> next_deadline() const = 0;
};

}  // namespace godwit::mobility
