#pragma once
// Which home agent this machine is at, where it is not the one in the configuration: one that was
// discovered (RFC 6275 §11.4.1), or that the present one has named (RFC 5142 §6). It says when to
// go where; whoever owns the presence goes.

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "client/core/home_agent_choice.hpp"
#include "client/core/mobile_node.hpp"
#include "client/home_agent_inquiry.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class HomeAgentSwitching {
  public:
    // How long no home agent may answer before it is looked for another.
    static constexpr std::chrono::seconds longest_unserved{15};

    struct Surroundings {
        // Where this machine is, or is about to be; nothing: nowhere.
        std::function<std::optional<HomeAgentCandidate>()> present;
        std::function<wire::Prefix()> home_prefix;
        HomeAgentChoice::Find find;
        std::function<void(const HomeAgentCandidate&)> go;
    };
    // Loop and log outlive it. Throws std::system_error.
    HomeAgentSwitching(runtime::EventLoop& loop, const runtime::Log& log,
                       Surroundings surroundings);

    // None is known: looks for one until this machine is at one, again and again where nothing
    // comes of those that are found.
    void search();
    [[nodiscard]] bool is_searching() const { return is_searching_; }
    // The present one wants this machine to go to one of these; empty: to any (RFC 5142 §6.1).
    void on_sent_away(const std::vector<wire::HomeAgentAddress>& home_agents);
    // `discovers`: other home agents than the configured one may be found.
    void follow(State state, bool discovers);
    // Somebody else decides from now on.
    void end();

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

  private:
    void try_out(const std::vector<wire::HomeAgentAddress>& home_agents);
    void try_next();
    void look_on();

    const runtime::Log& log_;
    Surroundings surroundings_;
    HomeAgentInquiry inquiry_;
    HomeAgentChoice choice_;
    bool is_searching_ = false;                   // this machine is nowhere
    std::optional<mobility::Instant> search_at_;  // if none answers until then
};

}  // namespace godwit::client
