#include "server/store/backup.hpp"

#include <system_error>

#include "server/store/client_table.hpp"
#include "server/store/key_table.hpp"
#include "server/store/schema.hpp"

namespace godwit::server {
namespace {

constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t header_length = 100;  // octets
// "File format write version" and read version: 1 without, 2 with a write-ahead log, which a
// database in memory cannot have.
constexpr std::size_t write_version = 18;
constexpr std::size_t read_version = 19;

void put_log_aside(std::string& octets) {
    octets[write_version] = 1;
    octets[read_version] = 1;
}

bool has_our_tables(Database& database) {
    Database fresh = Database::in_memory();
    bring_up_to_date(fresh);
    return tables_of(database) == tables_of(fresh);
}

std::expected<StoreContent, std::string> content_of(Database& database) {
    if (const auto damage = damage_of(database)) {
        return std::unexpected("the backup is damaged: " + *damage);
    }
    const std::size_t version = version_of(database);
    if (version > newest_version()) {
        return std::unexpected("the backup was made by a newer version of this program");
    }
    if (version == 0) {
        return std::unexpected("this is a database, but no backup of a home agent");
    }
    bring_up_to_date(database);
    if (!has_our_tables(database)) {
        return std::unexpected("this is a database, but no backup of a home agent");
    }
    return StoreContent{.clients = read_clients(database),
                        .keys = read_keys(database),
                        .handshakes = read_handshakes(database)};
}

}  // namespace

std::string write_backup(Database& database, const StoredKeys& keys) {
    Database copy = Database::in_memory();
    if (const auto failure = database.copy_to(copy)) {
        throw std::system_error(failure, "copy the state file");
    }
    std::string octets = copy.serialize();
    put_log_aside(octets);
    Database backup = Database::of(octets);
    write_keys(backup, keys);
    return backup.serialize();
}

std::expected<StoreContent, std::string> read_backup_file(std::string_view backup) {
    if (backup.size() < header_length || !backup.starts_with(magic)) {
        return std::unexpected("this is no backup of a home agent");
    }
    std::string octets(backup);
    put_log_aside(octets);
    try {
        Database database = Database::of(octets);
        database.require("PRAGMA trusted_schema = OFF", "read");
        return content_of(database);
    } catch (const std::system_error& error) {
        return std::unexpected(std::string("the backup is damaged: ") + error.what());
    }
}

}  // namespace godwit::server
