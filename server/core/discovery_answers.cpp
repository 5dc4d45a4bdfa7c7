#include "server/core/discovery_answers.hpp"

namespace godwit::server {

std::optional<wire::HomeAgentDiscoveryReply> DiscoveryAnswers::on_request(
    mobility::Instant now, const wire::Ipv6Address& source, const wire::Ipv6Address& destination,
    const wire::HomeAgentDiscoveryRequest& request) {
    const bool is_for_us = destination == anycast_ || destination == address_.address;
    if (!is_for_us || !source.is_unicast_routable() || !answers_.take(now, max_answers)) {
        return std::nullopt;
    }
    return wire::HomeAgentDiscoveryReply{request.identifier, list_.in_order(now)};
}

}  // namespace godwit::server
