#pragma once
// Policy rules (ip-rule(8)) that neither the system nor the mobile node has made.

#include <cstdint>
#include <vector>

#include "shared/platform/routing.hpp"

namespace godwit::platform {

// Those of both families that are looked at before this priority. Needs no rights; throws
// std::system_error.
std::vector<PolicyRule> foreign_rules_before(std::uint32_t priority);

}  // namespace godwit::platform
