#pragma once
// The part of ha.toml that tells how fast packets of clients may go: rate_limit, rate_limit_up,
// rate_limit_down; at the top of all, in [[mobile_node]] of one.

#include "server/clients/clients.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

void read_rates(runtime::TomlTable& table, ClientRates& rates);

}  // namespace godwit::server
