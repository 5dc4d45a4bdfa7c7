#include "server/clients/network_rules.hpp"

#include <algorithm>

#include "shared/mobility/network_prefixes.hpp"

namespace godwit::server {

std::optional<std::string> fault_of_networks(std::span<const wire::Prefix> prefixes,
                                             const HomeAddresses& addresses) {
    for (std::size_t place = 0; place < prefixes.size(); ++place) {
        const wire::Prefix& prefix = prefixes[place];
        if (place == mobility::max_network_prefixes) {
            return prefix.text() + " is one more than the " +
                   std::to_string(mobility::max_network_prefixes) + " that a client may have";
        }
        if (!mobility::is_network_prefix(prefix)) {
            return prefix.text() + " is no IPv6 prefix of /" +
                   std::to_string(mobility::shortest_network_prefix) +
                   " or longer whose addresses hosts may have";
        }
        if (prefix.overlaps(addresses.prefix)) {
            return prefix.text() + " overlaps the home prefix " + addresses.prefix.text();
        }
        if (prefix.contains(addresses.home_agent.address)) {
            return prefix.text() + " has the home agent's own address in it";
        }
        if (mobility::overlaps_one_of(prefix, prefixes.first(place))) {
            return prefix.text() + " overlaps another one of the same client";
        }
    }
    return std::nullopt;
}

std::optional<wire::Prefix> overlap(std::span<const wire::Prefix> prefixes,
                                    std::span<const wire::Prefix> of_another) {
    const auto found = std::ranges::find_if(prefixes, [&](const wire::Prefix& prefix) {
        return mobility::overlaps_one_of(prefix, of_another);
    });
    return found != prefixes.end() ? std::optional(*found) : std::nullopt;
}

}  // namespace godwit::server
