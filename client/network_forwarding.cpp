#include "client/network_forwarding.hpp"

#include <system_error>
#include <utility>

#include "shared/platform/forwarding.hpp"

namespace godwit::client {

NetworkForwarding::NetworkForwarding(Settings settings, const platform::NetworkSnapshot& network,
                                     const runtime::Log& log)
    : settings_(std::move(settings)), log_(log), sysctls_(settings_.sysctl_journal) {
    if (!settings_.is_wanted) {
        return;
    }
    try {
        const bool was_on = platform::forwards_ipv6_without(sysctls_);
        platform::forward_ipv6_on_the_move(sysctls_, network);
        has_turned_on_ = !was_on;
    } catch (const std::system_error& error) {
        failure_ = error.what();
        log.warning("forwarding-not-turned-on", {{"reason", failure_}});
    }
}

void NetworkForwarding::on_attachments(const mobility::Attachments& attachments) {
    if (!has_turned_on_) {
        return;  // or a router already, by its administrator's will
    }
    try {
        for (const mobility::CandidateAddress& candidate : attachments.candidates) {
            platform::be_host_on(sysctls_, candidate.interface);
        }
    } catch (const std::system_error& error) {
        log_.debug("router-on-a-visited-link", {{"reason", error.what()}});
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
