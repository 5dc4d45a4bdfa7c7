#include "server/network_configuration.hpp"

#include <algorithm>

#include "server/clients/network_rules.hpp"
#include "shared/runtime/configuration_forms.hpp"

namespace godwit::server {

using namespace godwit::runtime;

void read_networks(TomlTable& table, MobileNodeEntry& node, const Configuration& configuration) {
    constexpr const char* key = "network_prefixes";
    std::vector<wire::Prefix>& prefixes = node.policy.network_prefixes;
    if (!table.read(key, network_prefixes(), prefixes)) {
        return;
    }
    if (const auto fault = fault_of_networks(
            prefixes, {.prefix = configuration.home_prefix, .home_agent = configuration.address})) {
        table.reject(key, *fault, "write prefixes that are routed to this machine for it");
    }
    for (const MobileNodeEntry& other : configuration.mobile_nodes) {
        if (const auto shared = overlap(prefixes, other.policy.network_prefixes)) {
            table.reject(key,
                         shared->text() + " overlaps one of the mobile node \"" + other.name + "\"",
                         "give each prefix to one mobile node");
        }
    }
    if (configuration.workers.value_or(1) > 1) {
        table.reject(key,
                     "the kernel divides packets among several pairs of workers by single "
                     "addresses, not by prefixes",
                     "write workers = 1 at the top of the file, or leave it out");
    }
}

bool has_networks(const Configuration& configuration) {
    return std::ranges::any_of(configuration.mobile_nodes, [](const MobileNodeEntry& node) {
        return !node.policy.network_prefixes.empty();
    });
}

}  // namespace godwit::server
