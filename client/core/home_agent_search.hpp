#pragma once
// Dynamic Home Agent Address Discovery: RFC 6275 §11.4.1, without any input or output. Nothing
// proves an answer: it says where to knock, and the key says who opens.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/home_agent_discovery.hpp"

namespace godwit::client {

class HomeAgentSearch {
  public:
    static constexpr std::chrono::seconds initial_timeout{3};  // INITIAL_DHAAD_TIMEOUT
    static constexpr unsigned max_retries = 4;                 // DHAAD_RETRIES
    static constexpr std::chrono::seconds pause{60};           // before it is all done again

    // `random`: any number.
    explicit HomeAgentSearch(std::function<std::uint32_t()> random) : random_(std::move(random)) {}

    // Asks from now on; nothing, if it does already. `persists`: until there is an answer.
    void begin(mobility::Instant now, bool persists);
    void end() { identifier_.reset(); }
    [[nodiscard]] bool is_under_way() const { return identifier_.has_value(); }

    // What is to be sent to the anycast address of the home prefix now.
    [[nodiscard]] std::optional<wire::HomeAgentDiscoveryRequest> take(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return is_under_way() ? std::optional(due_) : std::nullopt;
    }

    // The home agents that a reply names, in its order, as far as anybody could be there; that ends
    // the search. Nothing if it answers nothing, or names nobody.
    [[nodiscard]] std::vector<wire::HomeAgentAddress> on_reply(
        const wire::HomeAgentDiscoveryReply& reply);

  private:
    std::function<std::uint32_t()> random_;
    std::optional<std::uint16_t> identifier_;
    bool persists_ = false;
    unsigned sent_ = 0;
    mobility::Instant due_;
};

}  // namespace godwit::client
