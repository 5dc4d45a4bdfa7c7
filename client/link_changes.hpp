#pragma once
// What two looks at the network say about its links, as far as routers are concerned.

#include <vector>

#include "shared/platform/network_snapshot.hpp"

namespace godwit::client {

struct LinkChanges {
    std::vector<mobility::InterfaceIndex> gone;  // the interface itself
    std::vector<mobility::InterfaceIndex> lost;
    std::vector<mobility::InterfaceIndex> up;
    std::vector<mobility::InterfaceIndex> shaken;  // has a carrier, and has had none in between
    std::vector<platform::UnreachableNeighbour> unreachable;  // and were not before
};

LinkChanges link_changes(const platform::NetworkSnapshot& before,
                         const platform::NetworkSnapshot& now);

}  // namespace godwit::client
