#pragma once
// Why the data plane did not pass a packet on. Every reason is a counter that the status shows.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace godwit::datapath {

enum class DropReason : std::uint8_t {
    // Either way, for what the packet is.
    malformed,            // lengths that contradict each other
    not_ip,               // the inner packet is neither IPv6 nor IPv4, or not the one it came as
    ipv4_options,         // an inner IPv4 packet with options (RFC 791 §3.1)
    too_big,              // longer than a packet buffer, or than the path takes
    not_tunnelled,        // to a link-local, multicast or loopback address (RFC 6275 §10.4.2)
    encapsulation_limit,  // may enter no further tunnel (RFC 2473 §4.1.1)
    no_binding,           // no tunnel for this home address
    rate_limit,           // more than the home address may send or receive
    // On the way in (docs/protocol.md).
    unknown_payload,  // in UDP, and nothing that its first octet may stand for
    nat_keepalive,    // RFC 3948 §2.3: nothing is lost
    unknown_spi,
    replayed,             // RFC 4303 §3.4.3
    bad_tag,              // RFC 4303 §3.4.4.1: not sealed by the other end, or changed since
    inner_address,        // the inner packet speaks for another home address than its session's
    outer_source,         // plain, and not from where the binding says (RFC 6275 §10.4.5, §11.3.3)
    congestion,           // marked on the way, for a sender who knows no marks (RFC 6040 §4.2)
    signalling_overflow,  // more messages than the control plane takes, or takes of one
    not_deliverable,      // refused by the TUN device
    // On the way out.
    held,       // the tunnel waits for another path
    exhausted,  // all sequence numbers of the session are used up (RFC 4303 §3.3.3)
    no_route,
    no_source,      // the care-of address has gone, or may not send yet
    overload,       // this end's processor does not keep up: lost to tell the sender, or for room
    queue_full,     // no room in the socket's buffer; what a queueing discipline drops nobody tells
    not_permitted,  // by a firewall rule of this host
    not_sent,       // refused by the system for another reason
};

inline constexpr std::size_t drop_reason_count = static_cast<std::size_t>(DropReason::not_sent) + 1;

// A short name, in the form that the status uses: "unknown-spi".
std::string_view name(DropReason reason);

// Why the system has not sent a packet.
DropReason reason_of(std::error_code refusal);

}  // namespace godwit::datapath
