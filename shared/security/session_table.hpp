#pragma once
// The sessions of one end, by its inbound SPI. A home agent keeps 100,000 of them: the keys lie in
// slots of secret memory, everything else of a session is here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "shared/mobility/session.hpp"
#include "shared/security/session_keys.hpp"

namespace godwit::security {

struct Session {
    mobility::PeerId peer;
    std::uint32_t peer_spi = 0;  // the other end's inbound SPI
    SessionKeys keys;
};

class SessionTable {
  public:
    void insert(mobility::SessionId id, Session session);
    [[nodiscard]] bool contains(mobility::SessionId id) const { return sessions_.contains(id); }
    [[nodiscard]] const Session* find(mobility::SessionId id) const;
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }
    // Empty if they have been taken before, or if there is no such session.
    [[nodiscard]] Secret<TunnelKeys> take_tunnel_keys(mobility::SessionId id);
    // Wipes the keys; says whose session it was.
    std::optional<mobility::PeerId> erase(mobility::SessionId id);

  private:
    std::unordered_map<mobility::SessionId, Session> sessions_;
};

// With the top bit set; the caller sees to it that it is not in use.
mobility::SessionId random_session_id();

}  // namespace godwit::security
