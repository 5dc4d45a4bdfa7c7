#include "client/link_changes.hpp"

#include <algorithm>
#include <iterator>

namespace godwit::client {
namespace {

using platform::Link;
using platform::NetworkSnapshot;

const Link* usable(const NetworkSnapshot& network, mobility::InterfaceIndex index) {
    const auto found = std::ranges::find(network.links, index, &Link::index);
    return found != network.links.end() && found->is_up && found->is_running ? &*found : nullptr;
}

}  // namespace

LinkChanges link_changes(const NetworkSnapshot& before, const NetworkSnapshot& now) {
    LinkChanges changes;
    for (const Link& link : before.links) {
        if (std::ranges::find(now.links, link.index, &Link::index) == now.links.end()) {
            changes.gone.push_back(link.index);
        } else if (usable(before, link.index) != nullptr && usable(now, link.index) == nullptr) {
            changes.lost.push_back(link.index);
        }
    }
    for (const Link& link : now.links) {
        if (usable(now, link.index) == nullptr) {
            continue;
        }
        const Link* was = usable(before, link.index);
        if (was == nullptr) {
            changes.up.push_back(link.index);
        } else if (was->carrier_changes != link.carrier_changes) {
            changes.shaken.push_back(link.index);
        }
    }
    std::ranges::copy_if(now.unreachable, std::back_inserter(changes.unreachable),
                         [&](const platform::UnreachableNeighbour& neighbour) {
                             return std::ranges::find(before.unreachable, neighbour) ==
                                    before.unreachable.end();
                         });
    return changes;
}

}  // namespace godwit::client
