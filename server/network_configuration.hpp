#pragma once
// The part of ha.toml that tells which prefixes may be behind a mobile node: network_prefixes in
// [[mobile_node]].

#include "server/configuration.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

// The rest of the configuration has been read, and the mobile nodes before this one.
void read_networks(runtime::TomlTable& table, MobileNodeEntry& node,
                   const Configuration& configuration);

// Whether any mobile node of the file may have a network behind it.
bool has_networks(const Configuration& configuration);

}  // namespace godwit::server
