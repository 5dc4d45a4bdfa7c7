#pragma once
// The way out of one program to a captive portal, as text for nftables, and which programs may
// have one.

#include <string>
#include <string_view>

namespace godwit::client {

// Of the cgroup of such a program: whoever has it opened can mean no other program than one that
// was begun for it.
inline constexpr std::string_view portal_cgroup_prefix = "godwit-portal-";

// Whether it is the path of such a cgroup below the root of the hierarchy.
bool is_portal_cgroup(std::string_view path);

// Chains of a table of the family inet, which goes with the process that puts it there. What the
// cgroup begins goes past the tunnel; it and its answers have portal_mark in the filters, which
// lockdown_chains() lets pass. `cgroup` must be there.
std::string portal_chains(const std::string& cgroup, const std::string& tunnel);

}  // namespace godwit::client
