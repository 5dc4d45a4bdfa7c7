#include "server/core/mobile_network.hpp"

#include <algorithm>

#include "shared/mobility/network_prefixes.hpp"

namespace godwit::server {
namespace {

bool can_be_behind(const wire::Prefix& prefix, const HomeAgentSettings& settings) {
    return mobility::is_network_prefix(prefix) && !prefix.overlaps(settings.home_prefix) &&
           !prefix.contains(settings.address.address);
}

}  // namespace

std::optional<wire::BindingStatus> network_refusal(const Request& request,
                                                   const MobileNodeRegistry& registry,
                                                   const Binding* in_use,
                                                   const HomeAgentSettings& settings) {
    using enum wire::BindingStatus;
    if (request.is_deregistration()) {  // §6.2, §6.7: whatever it says of networks
        return std::nullopt;
    }
    const bool is_router = request.update.mobile_router;
    if (in_use != nullptr && in_use->is_router != is_router) {  // §6.2
        return registration_type_change_disallowed;
    }
    if (!is_router) {
        return std::nullopt;
    }
    if (!registry.has_networks()) {  // §6.6: it is not configured to serve mobile routers
        return mobile_router_operation_not_permitted;
    }
    const std::vector<wire::Prefix>& permitted = registry.find(request.peer)->network_prefixes;
    const auto wanted = mobility::network_prefixes(request.update.options);
    if (wanted.empty()) {
        return permitted.empty() ? std::optional(forwarding_setup_failed) : std::nullopt;
    }
    // §6.2: all of them or none.
    if (wanted.size() > mobility::max_network_prefixes ||
        !std::ranges::all_of(
            wanted, [&](const wire::Prefix& prefix) { return can_be_behind(prefix, settings); })) {
        return invalid_prefix;
    }
    const bool has_all = std::ranges::all_of(wanted, [&](const wire::Prefix& prefix) {
        return mobility::lies_in_one_of(prefix, permitted);
    });
    return has_all ? std::nullopt : std::optional(not_authorized_for_prefix);
}

std::vector<wire::Prefix> network_prefixes(const Request& request, const MobileNodeRecord& owner) {
    if (!request.update.mobile_router) {
        return {};
    }
    auto wanted = mobility::network_prefixes(request.update.options);
    return wanted.empty() ? owner.network_prefixes : wanted;
}

void carry_prefixes(const Binding& binding, const std::vector<wire::Prefix>& before,
                    mobility::Actions& actions) {
    if (before == binding.network_prefixes) {
        return;
    }
    actions.emplace_back(mobility::CarryPrefixes{binding.home, binding.network_prefixes});
    actions.emplace_back(
        mobility::Event{mobility::PrefixesBound{binding.home, binding.network_prefixes}});
}

}  // namespace godwit::server
