#pragma once
// The tables of the state file, and how older files become present ones.

#include <filesystem>

#include "server/store/sqlite.hpp"

namespace godwit::server {

// Opens the state file, checks it and brings it up to date. Throws std::system_error.
Database open_state_file(const std::filesystem::path& file);

}  // namespace godwit::server
