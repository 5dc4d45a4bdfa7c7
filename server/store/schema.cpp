#include "server/store/schema.hpp"

#include <array>
#include <cstddef>
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
};

std::size_t version_of(Database& database) {
    Statement version(database, "PRAGMA user_version");
    return version.next().value_or(false) ? static_cast<std::size_t>(version.number(0)) : 0;
}

void require_sound(Database& database, const std::string& file) {
    Statement check(database, "PRAGMA quick_check(1)");
    const auto row = check.next();
    const std::string attempt = "check state file " + file;
    if (!row) {
        throw std::system_error(row.error(), attempt);
    }
    const auto answer = check.octets(0);
    if (std::string(answer.begin(), answer.end()) != "ok") {
        throw std::system_error(std::make_error_code(std::errc::io_error), attempt + ": damaged");
    }
}

}  // namespace

Database open_state_file(const std::filesystem::path& file) {
    Database database(file);
    // FULL: a commit is on disk when it returns.
    database.require("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", "open");
    require_sound(database, file.string());
    database.require("BEGIN IMMEDIATE", "lock");
    const std::size_t version = version_of(database);
    if (version > migrations.size()) {
        throw std::system_error(
            std::make_error_code(std::errc::not_supported),
            "state file " + file.string() + " was written by a newer version of this program");
    }
    for (std::size_t next = version; next < migrations.size(); ++next) {
        database.require(migrations.at(next), "bring up to date");
    }
    database.require("PRAGMA user_version = " + std::to_string(migrations.size()) + "; COMMIT",
                     "bring up to date");
    return database;
}

}  // namespace godwit::server
