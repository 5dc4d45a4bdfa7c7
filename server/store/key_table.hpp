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
inline constexpr const char* advance_handshake =
    "INSERT INTO handshake VALUES (?, ?) ON CONFLICT (public_key) "
    "DO UPDATE SET time = excluded.time WHERE excluded.time > time";

}  // namespace godwit::server
