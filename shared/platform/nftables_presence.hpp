#pragma once
// Whether an nftables table is in place, whoever put it there, and how the kernel calls it.

#include <cstdint>
#include <string>

namespace godwit::platform {

// NFPROTO_INET of "inet godwit_ha"; NFPROTO_UNSPEC of a family that no table of Godwit's has.
std::uint8_t nftables_family(const std::string& name);

// `name` with its family: "inet godwit_ha". Needs CAP_NET_ADMIN; without it no table is there.
bool has_nftables_table(const std::string& name);

// The same for who must not take a refusal for an absence: throws std::system_error where this
// process may not ask.
bool find_nftables_table(const std::string& name);

}  // namespace godwit::platform
