#pragma once
// The kernel's rtnetlink messages about links, addresses, routes and neighbours as the values of a
// NetworkSnapshot. Nothing where the message is about something that does not matter here.

#include <optional>
#include <span>
#include <vector>

#include "shared/platform/network_snapshot.hpp"

struct nlmsghdr;

namespace godwit::platform {

std::optional<Link> link_in(const nlmsghdr& message);
std::optional<KnownAddress> address_in(const nlmsghdr& message);
// Empty unless it is a unicast route of the main table whose link works.
std::vector<KnownRoute> routes_in(const nlmsghdr& message);

// A neighbour that has not answered the kernel.
struct SilentNeighbour {
    UnreachableNeighbour neighbour;
    bool is_asked = false;  // it may answer yet: whether it is there is not known (NUD_INCOMPLETE)
};
std::optional<SilentNeighbour> silent_neighbour_in(const nlmsghdr& message);
// Whether an event says of one of them that it is silent no longer, or known no longer.
bool is_news_of(std::span<const UnreachableNeighbour> silent, const nlmsghdr& event);

// Whether an event may change what a snapshot shows.
bool matters(const nlmsghdr& event);

}  // namespace godwit::platform
