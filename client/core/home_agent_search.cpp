#include "client/core/home_agent_search.hpp"

#include <algorithm>
#include <iterator>

namespace godwit::client {

void HomeAgentSearch::begin(mobility::Instant now, bool persists) {
    persists_ = persists || (persists_ && is_under_way());
    if (!is_under_way()) {
        identifier_ = static_cast<std::uint16_t>(random_());
        sent_ = 0;
        due_ = now;
    }
}

// The same request again, each time after twice as long.
std::optional<wire::HomeAgentDiscoveryRequest> HomeAgentSearch::take(mobility::Instant now) {
    if (!is_under_way() || now < due_) {
        return std::nullopt;
    }
    if (sent_ > max_retries && !persists_) {
        end();
        return std::nullopt;
    }
    if (sent_ > max_retries) {
        identifier_ = static_cast<std::uint16_t>(random_());
        sent_ = 0;
        due_ = now + pause;
        return std::nullopt;
    }
    due_ = now + initial_timeout * (1U << sent_);
    ++sent_;
    return wire::HomeAgentDiscoveryRequest{*identifier_};
}

std::vector<wire::HomeAgentAddress> HomeAgentSearch::on_reply(
    const wire::HomeAgentDiscoveryReply& reply) {
    if (identifier_ != reply.identifier || sent_ == 0) {
        return {};
    }
    std::vector<wire::HomeAgentAddress> home_agents;
    std::ranges::copy_if(reply.home_agents, std::back_inserter(home_agents),
                         [](const auto& each) { return each.address.is_unicast_routable(); });
    if (!home_agents.empty()) {
        end();
    }
    return home_agents;
}

}  // namespace godwit::client
