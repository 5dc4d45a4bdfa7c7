#pragma once
// The part of ha.toml that tells how packets for home addresses come to this machine: home_mode,
// home_link, neighbor_source; and where those of a mobile node may go: may_reach.

#include "server/configuration.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

// After home_prefix has been read. Rejects what contradicts each other.
void read_home(runtime::TomlTable& root, Configuration& configuration);

void read_policy(runtime::TomlTable& table, MobileNodeEntry& node);

}  // namespace godwit::server
