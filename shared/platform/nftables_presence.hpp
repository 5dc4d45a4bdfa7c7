#pragma once
// Whether an nftables table is in place, whoever put it there.

#include <string>

namespace godwit::platform {

// `name` with its family: "inet godwit_ha". Needs CAP_NET_ADMIN; without it no table is there.
bool has_nftables_table(const std::string& name);

}  // namespace godwit::platform
