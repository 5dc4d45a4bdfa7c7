#pragma once
// The table [api] of ha.toml, docs/configuration.md.

#include <filesystem>

#include "server/configuration.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

// `directory` is what paths are relative to.
void read_api(runtime::TomlTable& root, const std::filesystem::path& directory, ApiEntry& api);

}  // namespace godwit::server
