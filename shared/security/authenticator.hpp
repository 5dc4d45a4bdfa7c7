#pragma once
// The gate between the wire and a core: what goes out is sealed here, and nothing comes in as a
// message unless its origin, integrity and freshness are proved. It keeps the keys that the cores
// only name. For one thread, that of the control plane.

#include <cstddef>
#include <expected>

#include "shared/mobility/node.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/rejection.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::security {

// Handshakes that are opened together. More of them would keep everything else waiting for more
// than about 12 ms, at 190 us for each.
inline constexpr std::size_t max_handshakes_together = 64;

class Authenticator {
  public:
    Authenticator() = default;
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;
    virtual ~Authenticator() = default;

    // The complete Mobility Header with its checksum.
    [[nodiscard]] virtual std::expected<wire::Bytes, SealError> seal(
        const mobility::SendMessage& order) = 0;
    [[nodiscard]] virtual std::expected<mobility::Received, Rejection> open(
        const mobility::Path& path, const wire::SignallingPacket& packet) = 0;
    // An inner packet that came sealed through the tunnel of this session, which proves it.
    [[nodiscard]] virtual std::expected<mobility::Received, Rejection> open_tunnelled(
        const mobility::Path& path, mobility::SessionId session,
        const wire::SignallingPacket& packet) = 0;

    // Handshakes that are opened between the two are on record together (HandshakeLedger). Nothing
    // may come of them before the second has said that they are; else they are to be ended.
    virtual void begin_handshakes() {}
    [[nodiscard]] virtual bool commit_handshakes() { return true; }

    // Forgets a session, complete or not, and wipes its keys.
    virtual void end(mobility::SessionId session) = 0;
    // Hands a session's tunnel keys to the data path. A packet number must never meet a key twice,
    // so they can be had only once: empty after that, or if there is no such session.
    [[nodiscard]] virtual Secret<TunnelKeys> take_tunnel_keys(mobility::SessionId session) = 0;
};

}  // namespace godwit::security
