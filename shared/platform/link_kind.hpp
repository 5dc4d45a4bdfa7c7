#pragma once
// What the kernel knows of the kind of a link, without asking anybody else.

#include <filesystem>

#include "shared/mobility/link_traits.hpp"
#include "shared/platform/network_snapshot.hpp"

namespace godwit::platform {

// By the link's type and driver, and by what stands in sysfs. Bluetooth counts as cellular: it is
// a telephone's. What nothing is known of is wired.
mobility::LinkKind kind_of(const Link& link, const std::filesystem::path& sysfs = "/sys/class/net");

}  // namespace godwit::platform
