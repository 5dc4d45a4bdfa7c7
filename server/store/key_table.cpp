#include "server/store/key_table.hpp"

#include "server/store/columns.hpp"

namespace godwit::server {

std::optional<StoredKeys> read_keys(Database& database) {
    Statement select(database, "SELECT * FROM home_agent_key");
    if (!require_next(select, "read the home agent's keys in the state file")) {
        return std::nullopt;
    }
    return StoredKeys{.key_file = {array_in<32>(select, 1)},
                      .current = security::KeyPair(secret_in(select, 2)),
                      .previous = select.is_null(3)
                                      ? std::nullopt
                                      : std::optional(security::KeyPair(secret_in(select, 3))),
                      .previous_until = time_in(select, 4)};
}

void write_keys(Database& database, const StoredKeys& keys) {
    Statement put(database, "INSERT OR REPLACE INTO home_agent_key VALUES (1, ?, ?, ?, ?)");
    put.bind(0, keys.key_file.octets);
    put.bind(1, keys.current.private_key());
    if (keys.previous) {
        put.bind(2, keys.previous->private_key());
    } else {
        put.bind_null(2);
    }
    put.bind(3, number_of(keys.previous_until));
    require_run(put, "write the home agent's keys into the state file");
}

std::vector<StoredHandshake> read_handshakes(Database& database) {
    Statement select(database, "SELECT * FROM handshake");
    std::vector<StoredHandshake> found;
    while (require_next(select, "read the handshakes in the state file")) {
        found.push_back({.key = {array_in<32>(select, 0)},
                         .home_agent_key = {array_in<32>(select, 1)},
                         .time = {array_in<12>(select, 2)}});
    }
    return found;
}

void write_handshake(Database& database, const StoredHandshake& handshake) {
    Statement put(database,
                  "INSERT INTO handshake VALUES (?, ?, ?) ON CONFLICT (public_key, home_agent_key) "
                  "DO UPDATE SET time = excluded.time WHERE excluded.time > time");
    put.bind(0, handshake.key.octets);
    put.bind(1, handshake.home_agent_key.octets);
    put.bind(2, handshake.time.octets);
    require_run(put, "write a handshake into the state file");
}

namespace {

void note_old_handshakes_under(const security::PublicKey& key, Database& database) {
    Statement assign(database,
                     "INSERT INTO handshake SELECT public_key, ?, time FROM handshake "
                     "WHERE home_agent_key = zeroblob(32) "
                     "ON CONFLICT (public_key, home_agent_key) "
                     "DO UPDATE SET time = excluded.time WHERE excluded.time > time");
    assign.bind(0, key.octets);
    require_run(assign, "note the key of handshakes in the state file");
}

}  // namespace

void note_key_of_old_handshakes(Database& database, const StoredKeys& keys) {
    note_old_handshakes_under((keys.previous ? *keys.previous : keys.current).public_key(),
                              database);
    if (const auto stored = read_keys(database); stored && stored->previous) {
        note_old_handshakes_under(stored->previous->public_key(), database);
    }
    database.require("DELETE FROM handshake WHERE home_agent_key = zeroblob(32)",
                     "note the key of handshakes");
}

}  // namespace godwit::server
