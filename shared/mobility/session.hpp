#pragma once
// A session is what a handshake leaves at both ends: keys for the tunnel and for signalling. The
// cores only name it; the keys stay in shared/security.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>

namespace godwit::mobility {

// This end's inbound SPI, which is unique among its sessions; the top bit is always set.
struct SessionId {
    std::uint32_t spi = 0;
    auto operator<=>(const SessionId&) const = default;
};

// The other end's place in this end's configuration: the home agent's list of mobile nodes; 0 at
// the mobile node.
struct PeerId {
    std::uint32_t index = 0;
    auto operator<=>(const PeerId&) const = default;
};

enum class Protection : std::uint8_t {
    sealed,  // authenticated signalling, ESP
    plain,   // authenticated signalling, IPv6-in-IPv6
    none,    // RFC 6275 without any protection, for laboratories
};

std::string_view name(Protection protection);

// How a message that goes out is to be protected.
struct StartHandshake {};  // mobile node: Noise message 1 in a binding update
struct InHandshake {       // home agent: Noise message 2 in the acknowledgement; makes the session
    SessionId session;
    bool operator==(const InHandshake&) const = default;
};
struct InSession {  // the RFC 4285 authentication option under this session
    SessionId session;
    bool operator==(const InSession&) const = default;
};
struct Unprotected {};    // a hint, or the laboratory profile
struct ThroughTunnel {};  // as an inner packet, sealed by the session that seals the tunnel
using Seal = std::variant<StartHandshake, InHandshake, InSession, Unprotected, ThroughTunnel>;

// What proved a message that came in.
struct Unproven {  // taken on trust, since the configuration says so
    bool operator==(const Unproven&) const = default;
};
struct InTunnel {  // it came sealed through the tunnel of this session
    SessionId session;
    bool operator==(const InTunnel&) const = default;
};
using Proof = std::variant<InHandshake, InSession, Unproven, InTunnel>;

// The session that a proof rests on; nothing in the laboratory profile.
std::optional<SessionId> session_of(const Proof& proof);

}  // namespace godwit::mobility

template <>
struct std::hash<godwit::mobility::SessionId> {
    std::size_t operator()(godwit::mobility::SessionId id) const noexcept { return id.spi; }
};
