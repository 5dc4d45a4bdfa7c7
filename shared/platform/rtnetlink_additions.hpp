#pragma once
// The kernel's rtnetlink messages read back as what Godwit adds to a machine. Nothing where the
// message is about something that Godwit could not have added like that.

#include <optional>

#include "shared/platform/interface_config.hpp"
#include "shared/platform/routing.hpp"

struct nlmsghdr;

namespace godwit::platform {

std::optional<AddressOnInterface> added_address_in(const nlmsghdr& message);
std::optional<Route> added_route_in(const nlmsghdr& message);
std::optional<PolicyRule> added_rule_in(const nlmsghdr& message);

// The protocol number of who has added it; 0: not known.
std::uint8_t protocol_of(const nlmsghdr& object);

}  // namespace godwit::platform
