#pragma once
// A backup is a state file of its own, with the home agent's keys in it.

#include <expected>
#include <string>
#include <string_view>

#include "server/store/sqlite.hpp"
#include "server/store/store.hpp"

namespace godwit::server {

// Throws std::system_error.
std::string write_backup(Database& database, const StoredKeys& keys);
// The error says what is wrong with it, for people.
std::expected<StoreContent, std::string> read_backup_file(std::string_view backup);

}  // namespace godwit::server
