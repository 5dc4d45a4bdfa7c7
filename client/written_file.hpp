#pragma once
// Text into files: as a whole, or an exception that names the file.

#include <filesystem>
#include <string>

namespace godwit::client {

// Both throw std::system_error.
void write_text(const std::filesystem::path& file, const std::string& text);
// For the owner alone, also while it is being written.
void write_private(const std::filesystem::path& file, const std::string& text);

// As write_private(), of a new file: there with all of the text on the disk, or not at all. One
// that is there already stays. Throws std::runtime_error.
void create_private(const std::filesystem::path& file, const std::string& text);

}  // namespace godwit::client
