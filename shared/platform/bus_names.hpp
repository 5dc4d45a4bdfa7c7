#pragma once
// Who is there on the system's D-Bus.

#include <span>
#include <string>
#include <vector>

namespace godwit::platform {

// Those of these names ("org.freedesktop.login1") that somebody has at this moment; none where
// there is no bus. Waits a second at most for each.
std::vector<std::string> owned_bus_names(std::span<const std::string> names);

}  // namespace godwit::platform
