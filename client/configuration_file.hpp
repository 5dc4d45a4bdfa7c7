#pragma once
// Putting another configuration in the place of one, as a whole or not at all.

#include <filesystem>
#include <string>

namespace godwit::client {

// Throws runtime::InvalidConfiguration if it cannot be read.
std::string read_text(const std::filesystem::path& file);

// With the same owner and mode. Throws runtime::InvalidConfiguration, by the file's own name, where
// the daemon would not take this text, std::system_error where it cannot be written; the file is as
// before then.
void replace_configuration(const std::filesystem::path& file, const std::string& text);

}  // namespace godwit::client
