#include "server/store/schema.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace godwit::server {

namespace {

// Each takes a file from the version of its place to the next. What has been released is never
// changed, only added to. Octets in network order compare as the times and addresses do.
constexpr std::array migrations{
    R"(CREATE TABLE handshake (
           public_key BLOB PRIMARY KEY CHECK (length(public_key) = 32),
           time BLOB NOT NULL CHECK (length(time) = 12)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE binding (
           home_address BLOB PRIMARY KEY CHECK (length(home_address) = 16),
           care_of_address BLOB NOT NULL CHECK (length(care_of_address) = 16),
           encapsulation INTEGER NOT NULL,
           remote BLOB NOT NULL CHECK (length(remote) = 16),
           expires INTEGER NOT NULL  -- seconds of Unix time
       ) STRICT, WITHOUT ROWID;)",
    R"(ALTER TABLE binding ADD COLUMN local BLOB NOT NULL
           DEFAULT x'00000000000000000000000000000000' CHECK (length(local) = 16);
       ALTER TABLE binding ADD COLUMN local_port INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE binding ADD COLUMN remote_port INTEGER NOT NULL DEFAULT 0;
       CREATE TABLE ipv4_home_address (
           home_address BLOB PRIMARY KEY CHECK (length(home_address) = 16),
           ipv4 BLOB NOT NULL UNIQUE CHECK (length(ipv4) = 4)
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE restart (
           only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
           counter INTEGER NOT NULL  -- RFC 5847
       ) STRICT;)",
    R"(CREATE TABLE client (
           home_address BLOB PRIMARY KEY CHECK (length(home_address) = 16),
           name TEXT NOT NULL UNIQUE COLLATE NOCASE,
           state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
           public_key BLOB UNIQUE CHECK (length(public_key) = 32),
           preshared_key BLOB CHECK (length(preshared_key) = 32),
           internet INTEGER NOT NULL,
           clients INTEGER NOT NULL,
           prefixes TEXT NOT NULL,  -- with spaces between
           created INTEGER NOT NULL,
           joined INTEGER
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE invite (
           id BLOB PRIMARY KEY CHECK (length(id) = 8),
           client BLOB NOT NULL UNIQUE REFERENCES client (home_address),
           secret BLOB NOT NULL CHECK (length(secret) = 32),
           expires INTEGER NOT NULL,
           spent_by BLOB CHECK (length(spent_by) = 32)  -- public key
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE home_agent_key (
           only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
           key_file BLOB NOT NULL CHECK (length(key_file) = 32),  -- public key
           current BLOB NOT NULL CHECK (length(current) = 32),
           previous BLOB CHECK (length(previous) = 32),
           previous_until INTEGER NOT NULL
       ) STRICT;)",
    R"(ALTER TABLE client ADD COLUMN rate_up INTEGER;  -- bits each second; NULL: as of all, 0: none
       ALTER TABLE client ADD COLUMN rate_down INTEGER;)",
    R"(ALTER TABLE client ADD COLUMN network_prefixes TEXT NOT NULL
           DEFAULT '';  -- with spaces between)",
    R"(ALTER TABLE handshake RENAME TO handshake_before;
       CREATE TABLE handshake (
           public_key BLOB NOT NULL CHECK (length(public_key) = 32),
           home_agent_key BLOB NOT NULL CHECK (length(home_agent_key) = 32),  -- zeros: not noted
           time BLOB NOT NULL CHECK (length(time) = 12),
           PRIMARY KEY (public_key, home_agent_key)
       ) STRICT, WITHOUT ROWID;
       INSERT INTO handshake SELECT public_key, zeroblob(32), time FROM handshake_before;
       DROP TABLE handshake_before;)",
};

// The "application ID" of a file in which nothing that was deleted is left: "GWha". It is not that
// of a file which an older version has written to, until it has been written anew.
constexpr std::int64_t clean = 0x47576861;

bool is_clean(Database& database) {
    Statement mark(database, "PRAGMA application_id");
    return mark.next().value_or(false) && mark.number(0) == clean;
}

std::string command_to_mark(std::int64_t mark) {
    return "PRAGMA application_id = " + std::to_string(mark);
}

// Without the keys that an older version may have left between what is in use. The copy is made in
// memory, where nobody finds them afterwards. If it fails (a full disk), or the process is killed
// before the mark is there, all is as it was, and the next start tries it again.
void write_anew(Database& database) {
    if (!database.run("PRAGMA temp_store = MEMORY; VACUUM") &&
        overwrite_what_was_deleted(database)) {
        static_cast<void>(database.run(command_to_mark(clean)));
    }
}

// In one transaction, so that no file is of this version and has a mark of before.
void migrate(Database& database) {
    const std::size_t version = version_of(database);
    Transaction migration(database);
    bring_up_to_date(database);
    if (version != newest_version()) {
        database.require(command_to_mark(version == 0 ? clean : 0), "bring up to date");
    }
    migration.commit();
}

}  // namespace

std::size_t newest_version() {
    return migrations.size();
}

std::size_t version_of(Database& database) {
    Statement version(database, "PRAGMA user_version");
    const auto row = version.next();
    if (!row) {
        throw std::system_error(row.error(), "read the version of the state file");
    }
    return *row ? static_cast<std::size_t>(version.number(0)) : 0;
}

std::optional<std::string> damage_of(Database& database) {
    Statement check(database, "PRAGMA quick_check(1)");
    const auto row = check.next();
    if (!row) {
        return row.error().message();
    }
    std::string answer = check.text(0);
    std::ranges::replace(answer, '\n', ' ');  // it is shown in one line
    return answer == "ok" ? std::nullopt : std::optional(answer);
}

void bring_up_to_date(Database& database) {
    for (std::size_t next = version_of(database); next < migrations.size(); ++next) {
        database.require(migrations.at(next), "bring up to date");
    }
    database.require("PRAGMA user_version = " + std::to_string(migrations.size()),
                     "bring up to date");
}

std::string tables_of(Database& database) {
    Statement select(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
    std::string tables;
    while (select.next().value_or(false)) {
        tables += select.text(0) + ' ' + select.text(1) + ' ' + select.text(2) + '\n';
    }
    return tables;
}

bool overwrite_what_was_deleted(Database& database) {
    try {
        Statement folding(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        return folding.next().value_or(false) && folding.number(0) == 0;  // 1: it is being read
    } catch (const std::system_error&) {
        return false;
    }
}

Database open_state_file(const std::filesystem::path& file) {
    Database database(file);
    database.leave_file_alone(true);  // until it is known to be a good one
    if (const auto damage = damage_of(database)) {
        throw std::system_error(std::make_error_code(std::errc::io_error),
                                "state file " + file.string() +
                                    " is damaged: put it aside, start without, and restore a "
                                    "backup (" +
                                    *damage + ")");
    }
    if (version_of(database) > newest_version()) {
        throw std::system_error(
            std::make_error_code(std::errc::not_supported),
            "state file " + file.string() + " was written by a newer version of this program");
    }
    database.leave_file_alone(false);
    // FULL: a commit is on disk when it returns. What is deleted was perhaps a key.
    database.require(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON", "open");
    migrate(database);
    if (!is_clean(database)) {
        write_anew(database);
    }
    return database;
}

}  // namespace godwit::server
