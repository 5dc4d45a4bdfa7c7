#pragma once
// Answers to mobile nodes that look for a home agent of their home link: RFC 6275 §10.5, without
// any input or output. Anybody may ask, and learns nothing but addresses; a key that fits one of
// them he must have already.

#include <cstdint>
#include <functional>
#include <optional>

#include "server/core/home_agents_list.hpp"
#include "server/core/packets_a_second.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/home_agent_discovery.hpp"

namespace godwit::server {

struct DiscoverySettings {
    wire::HomeAgentAddress address;
    wire::Prefix home_prefix;
    std::uint16_t preference = 0;
    std::function<std::uint32_t()> random{};  // any number
};

class DiscoveryAnswers {
  public:
    // A source may be forged: what an answer is worth to whoever floods another with it is bounded.
    static constexpr unsigned max_answers = 100;  // a second

    explicit DiscoveryAnswers(const DiscoverySettings& settings)
        : address_(settings.address),
          anycast_(wire::home_agents_anycast(settings.home_prefix)),
          list_(settings.address, settings.preference, settings.random) {}

    [[nodiscard]] HomeAgentsList& home_agents() { return list_; }

    // The reply, which leaves from this home agent's address to the request's source, whatever that
    // is (§6.5). Nothing if `destination` is neither the anycast address nor one's own.
    [[nodiscard]] std::optional<wire::HomeAgentDiscoveryReply> on_request(
        mobility::Instant now, const wire::Ipv6Address& source,
        const wire::Ipv6Address& destination, const wire::HomeAgentDiscoveryRequest& request);

  private:
    wire::HomeAgentAddress address_;
    wire::Ipv6Address anycast_;
    HomeAgentsList list_;
    PacketsASecond answers_;
};

}  // namespace godwit::server
