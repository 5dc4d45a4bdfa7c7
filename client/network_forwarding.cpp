#include "client/network_forwarding.hpp"

#include <system_error>
#include <utility>

#include "shared/platform/forwarding.hpp"

namespace godwit::client {

NetworkForwarding::NetworkForwarding(Settings settings, const platform::NetworkSnapshot& network,
                                     const runtime::Log& log)
    : settings_(std::move(settings)), sysctls_(settings_.sysctl_journal) {
    if (!settings_.is_wanted) {
        return;
    }
    try {
        platform::forward_ipv6_on_the_move(sysctls_, network);
    } catch (const std::system_error& error) {
        failure_ = error.what();
        log.warning("forwarding-not-turned-on", {{"reason", failure_}});
    }
}

std::vector<std::string> NetworkForwarding::complaints() const {
    std::vector<std::string> complaints;
    if (!failure_.empty()) {
        complaints.push_back("IPv6 forwarding could not be turned on: " + failure_);
    } else if (settings_.has_network && !platform::forwards_ipv6()) {
        complaints.emplace_back(
            "nothing goes on from behind this machine: IPv6 forwarding is off; write forwarding = "
            "true, or set net.ipv6.conf.all.forwarding");
    }
    return complaints;
}

}  // namespace godwit::client
