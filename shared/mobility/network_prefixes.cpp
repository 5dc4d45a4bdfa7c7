#include "shared/mobility/network_prefixes.hpp"

#include <variant>

namespace godwit::mobility {

std::vector<wire::Prefix> network_prefixes(const wire::MobilityOptions& options) {
    std::vector<wire::Prefix> prefixes;
    for (const wire::MobilityOption& option : options) {
        if (const auto* named = std::get_if<wire::MobileNetworkPrefix>(&option)) {
            const auto prefix = wire::Prefix::around(named->prefix.address, named->prefix.length);
            if (std::ranges::find(prefixes, prefix) == prefixes.end()) {
                prefixes.push_back(prefix);
            }
        }
    }
    return prefixes;
}

std::string text_of(std::span<const wire::Prefix> prefixes) {
    std::string text;
    for (const wire::Prefix& prefix : prefixes) {
        text += (text.empty() ? "" : " ") + prefix.text();
    }
    return text;
}

}  // namespace godwit::mobility
