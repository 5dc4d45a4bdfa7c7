#pragma once
// Control groups of the unified hierarchy (cgroups(7)), which systemd makes of units and sessions.

#include <cstdint>
#include <optional>
#include <string>

namespace godwit::platform {

// What the kernel knows a cgroup by, as long as it is there; one that goes and comes has another.
// `path` is below the hierarchy's root: "system.slice/ssh.service". Nothing if there is none.
std::optional<std::uint64_t> cgroup_id(const std::string& path);

// Whether any process is in it, or below.
bool is_cgroup_in_use(const std::string& path);

}  // namespace godwit::platform
