#pragma once
// The part of ha.toml that tells what mobile nodes that are away can find out about the home link:
// home_agent_discovery, home_agent_preference; prefix_valid_lifetime, prefix_preferred_lifetime,
// prefix_advertisements, min_prefix_advertisement_interval, max_prefix_advertisement_interval.

#include "server/configuration.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

// After read_home(). Rejects what contradicts each other.
void read_discovery(runtime::TomlTable& root, Configuration& configuration);

}  // namespace godwit::server
