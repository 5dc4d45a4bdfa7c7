#pragma once
// Programs that go past the tunnel, by their cgroup (cgroups(7)), as text for nftables. What such a
// program begins is marked, so that a policy rule sends it by the main table, and gets the address
// of the link that it leaves by in place of the home address. What is answered has the mark too.

#include <cstdint>
#include <string>
#include <vector>

namespace godwit::client {

// `cgroups` are paths below the root of the hierarchy: "user.slice/user-1000.slice". Each must be
// there. Chains of a table of the family inet.
std::string excluded_program_chains(const std::vector<std::string>& cgroups,
                                    const std::string& tunnel);
// The same by another mark.
std::string chains_past_tunnel(const std::vector<std::string>& cgroups, const std::string& tunnel,
                               std::uint32_t mark);

}  // namespace godwit::client
