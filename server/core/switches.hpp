#pragma once
// Mobile nodes that are asked to go to another home agent: RFC 5142 §5. They are asked one a second
// (§7), and again until their binding has ended, or nothing speaks for their being there. Until
// then they are served as before, but for no longer than they have been granted already (§5.3).

#include <chrono>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/binding_cache.hpp"
#include "server/core/home_deadlines.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/messages/home_agent_switch.hpp"

namespace godwit::server {

// Where to.
struct SwitchOrder {
    // In the order in which they are to be tried, at most HomeAgentSwitch::max_home_agents; empty:
    // the mobile nodes find one themselves.
    std::vector<wire::HomeAgentAddress> home_agents;
    // How long it is served yet; none: for as long as it has been granted.
    std::optional<wire::Lifetime> grace{};
};

class Switches {
  public:
    // RFC 5142 §8.
    static constexpr std::chrono::seconds initial_timeout{5};    // INITIAL-HA-SWITCH-TIMEOUT
    static constexpr std::chrono::seconds max_timeout{20};       // MAX-HA-SWITCH-TIMEOUT
    static constexpr std::chrono::seconds transmit_interval{1};  // MAX-HA-SWITCH-TRANSMIT-RATE

    // In place of what it was asked before.
    void begin(mobility::Instant now, const wire::HomeAddress& home, const SwitchOrder& order);
    // Its binding has ended.
    void drop(const wire::HomeAddress& home);
    // It has been asked, or is about to be.
    [[nodiscard]] bool concerns(const wire::HomeAddress& home) const {
        return pending_.contains(home);
    }
    // It has sent a binding update, and so it is there: it is asked again, if that was given up.
    void on_contact(mobility::Instant now, const wire::HomeAddress& home);

    // Asks whoever is to be asked now, along the path of its binding.
    void on_deadline(mobility::Instant now, const BindingCache& cache, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

  private:
    struct Pending {
        wire::HomeAgentSwitch message;
        std::chrono::nanoseconds timeout;  // behind the next message
        bool is_given_up = false;
    };

    std::unordered_map<wire::HomeAddress, Pending> pending_;
    HomeDeadlines deadlines_;
    mobility::Instant free_at_{};  // for the next message
};

}  // namespace godwit::server
