#pragma once
// Asks a running daemon for its status.

#include <expected>
#include <filesystem>
#include <string>

namespace godwit::runtime {

// The JSON document, or in one line why there is none and what to do. Takes 2 s at most.
std::expected<std::string, std::string> fetch_status(const std::filesystem::path& socket);

}  // namespace godwit::runtime
