#include "client/home_agent_switching.hpp"

#include <algorithm>
#include <utility>

#include "shared/runtime/clock.hpp"

namespace godwit::client {

using HomeAgents = std::vector<wire::HomeAgentAddress>;

HomeAgentSwitching::HomeAgentSwitching(runtime::EventLoop& loop, const runtime::Log& log,
                                       Surroundings surroundings)
    : log_(log),
      surroundings_(std::move(surroundings)),
      inquiry_(loop, log, [this](const HomeAgents& found) { try_out(found); }) {}

void HomeAgentSwitching::search() {
    is_searching_ = true;
    inquiry_.ask(surroundings_.home_prefix(), true);
}

void HomeAgentSwitching::on_sent_away(const HomeAgents& home_agents) {
    if (choice_.is_under_way()) {
        return;
    }
    if (const auto present = surroundings_.present()) {
        choice_.on_sent_away(runtime::boot_now(), present->address);
    }
    if (home_agents.empty()) {
        inquiry_.ask(surroundings_.home_prefix(), false);
    } else {
        try_out(home_agents);
    }
}

void HomeAgentSwitching::try_out(const HomeAgents& home_agents) {
    if (choice_.is_under_way()) {
        return;
    }
    if (!choice_.begin(runtime::boot_now(), home_agents, surroundings_.home_prefix(),
                       surroundings_.find, surroundings_.present())) {
        log_.warning("no-other-home-agent", {{"reason", "there is no key for any that was named"},
                                             {"named", home_agents.size()}});
        search_at_ = is_searching_ ? std::optional(runtime::boot_now() + HomeAgentSearch::pause)
                                   : search_at_;
    }
    try_next();  // before the present one says that all is well
}

void HomeAgentSwitching::try_next() {
    if (const auto next = choice_.take(runtime::boot_now())) {
        log_.info("home-agent-tried", {{"home_agent", next->address}});
        surroundings_.go(*next);
    }
}

// What was found has had its time, and this machine is still nowhere.
void HomeAgentSwitching::look_on() {
    if (is_searching_ && !inquiry_.is_under_way() && !choice_.is_under_way() && !search_at_) {
        search();
    }
}

// A home agent that answers ends all doubt. One that is tried has the choice's patience.
void HomeAgentSwitching::follow(State state, bool discovers) {
    if (std::exchange(is_searching_, false)) {
        inquiry_.end();
    }
    if (state == State::registered || state == State::home) {
        search_at_.reset();
        choice_.end();
    } else if (state != State::registering || !discovers || choice_.is_under_way()) {
        search_at_.reset();
    } else if (!search_at_) {
        search_at_ = runtime::boot_now() + longest_unserved;
    }
}

void HomeAgentSwitching::end() {
    is_searching_ = false;
    inquiry_.end();
    choice_.end();
    search_at_.reset();
}

std::optional<mobility::Instant> HomeAgentSwitching::next_deadline() const {
    return std::ranges::min(
        {inquiry_.next_deadline(), choice_.next_deadline(), search_at_}, {},
        [](const auto& deadline) { return deadline.value_or(mobility::Instant::max()); });
}

void HomeAgentSwitching::on_deadline() {
    const mobility::Instant now = runtime::boot_now();
    if (search_at_ && now >= *search_at_) {
        search_at_ = now + HomeAgentSearch::pause;
        inquiry_.ask(surroundings_.home_prefix(), is_searching_);
    }
    inquiry_.on_deadline();
    try_next();
    look_on();
}

}  // namespace godwit::client
