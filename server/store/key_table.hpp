#pragma once
// The rows of keys: the home agent's own, and the time of the last handshake of each that has made
// one. All throw std::system_error.

#include <optional>
#include <vector>

#include "server/store/sqlite.hpp"
#include "server/store/store.hpp"

namespace godwit::server {

std::optional<StoredKeys> read_keys(Database& database);
void write_keys(Database& database, const StoredKeys& keys);

std::vector<StoredHandshake> read_handshakes(Database& database);
// The later time stays.
void write_handshake(Database& database, const StoredHandshake& handshake);
// Ahead of write_keys(). Handshakes of which it was not noted under which key they were go with
// each that they may have been under: the one of these keys that is to go next, and the one that is
// on record as the one before. The later time stays.
void note_key_of_old_handshakes(Database& database, const StoredKeys& keys);
// Peer, own key, time, and the own key that serves beside it. A handshake of which the own key was
// not noted counts under all of them.
inline constexpr const char* advance_handshake =
    "INSERT INTO handshake SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM handshake "
    "WHERE public_key = ?1 AND home_agent_key IN (?2, ?4, zeroblob(32)) AND time >= ?3) "
    "ON CONFLICT (public_key, home_agent_key) DO UPDATE SET time = excluded.time";

}  // namespace godwit::server
