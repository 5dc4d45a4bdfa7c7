#pragma once
// The tables of the state file, and how older files become present ones.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "server/store/sqlite.hpp"

namespace godwit::server {

// Opens the state file, checks it and brings it up to date. Throws std::system_error; a file that
// is damaged or of a newer version is as it was.
Database open_state_file(const std::filesystem::path& file);

// "secure_delete" clears the present state alone: until the write-ahead log is folded into the
// file, both still have what was before. False: it has not been done, since another program reads
// the file just now, or the disk fails; the next call does it, or whoever closes the file last. Not
// within a transaction.
bool overwrite_what_was_deleted(Database& database);
// Gives a database all the tables of this version. Throws std::system_error.
void bring_up_to_date(Database& database);
// Which tables, indices and triggers there are, in the words that made them.
std::string tables_of(Database& database);
// What SQLite finds wrong with its structure; nothing: it is sound.
std::optional<std::string> damage_of(Database& database);
// 0: it is empty. Throws std::system_error.
std::size_t version_of(Database& database);
std::size_t newest_version();

}  // namespace godwit::server
