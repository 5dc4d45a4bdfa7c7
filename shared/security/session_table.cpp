#include "shared/security/session_table.hpp"

#include <sodium.h>

#include <utility>

#include "shared/security/handshake_payload.hpp"

namespace godwit::security {

void SessionTable::insert(mobility::SessionId id, Session session) {
    sessions_.insert_or_assign(id, std::move(session));
}

const Session* SessionTable::find(mobility::SessionId id) const {
    const auto found = sessions_.find(id);
    return found != sessions_.end() ? &found->second : nullptr;
}

Secret<TunnelKeys> SessionTable::take_tunnel_keys(mobility::SessionId id) {
    const auto found = sessions_.find(id);
    return found != sessions_.end() ? std::move(found->second.keys.tunnel) : nullptr;
}

std::optional<mobility::PeerId> SessionTable::erase(mobility::SessionId id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) {
        return std::nullopt;
    }
    const mobility::PeerId peer = found->second.peer;
    sessions_.erase(found);
    return peer;
}

mobility::SessionId random_session_id() {
    return {randombytes_random() | spi_top_bit};
}

}  // namespace godwit::security
