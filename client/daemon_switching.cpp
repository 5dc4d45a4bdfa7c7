// Which home agent the daemon is at: one that was discovered, or that another one has named.

#include <utility>

#include "client/daemon_object.hpp"

namespace godwit::client {

HomeAgentSwitching::Surroundings Daemon::surroundings() {
    return {.present = [this] { return present(); },
            .home_prefix = [this] { return home_prefix_of(configuration_); },
            .find = [this](const wire::HomeAgentAddress& address) { return find(address); },
            .go = [this](const HomeAgentCandidate& candidate) { go(candidate); }};
}

std::optional<HomeAgentCandidate> Daemon::present() const {
    return presence_ ? std::optional(HomeAgentCandidate{configuration_.home_agent.address,
                                                        source_.name_now(profile_)})
                     : std::nullopt;
}

// A profile's home agent; else any, where the key is that of all that are discovered.
std::optional<HomeAgentCandidate> Daemon::find(const wire::HomeAgentAddress& address) const {
    if (const auto profile = source_.profile_at(address, configuration_)) {
        return HomeAgentCandidate{address, *profile};
    }
    return configuration_.home_agent.is_discovered
               ? std::optional(HomeAgentCandidate{address, source_.name_now(profile_)})
               : std::nullopt;
}

// The binding is given up first: that is the answer to who wants this machine to go (RFC 5142
// §6.1). Where it is being given up already, somebody has ordered what comes next.
void Daemon::go(const HomeAgentCandidate& candidate) {
    if (departure_.is_under_way()) {
        return;
    }
    const bool is_other_profile =
        !candidate.profile.empty() && candidate.profile != source_.name_now(profile_);
    auto wanted = candidate.profile.empty() ? source_.wanted() : source_.wanted(candidate.profile);
    if (!wanted) {
        log_.warning("home-agent-not-tried",
                     {{"home_agent", candidate.address}, {"reason", wanted.error().body}});
        return;
    }
    if (wanted->configuration.home_agent.is_discovered) {
        wanted->configuration = at_home_agent(wanted->configuration, candidate.address);
    }
    const OnAnswer told = [this](const runtime::HttpAnswer& answer) {
        if (answer.status != 200) {
            log_.warning("home-agent-not-tried", {{"reason", answer.body}});
        }
    };
    try {
        const auto choice = is_other_profile ? source_.choose(candidate.profile) : nullptr;
        leave([this, next = *std::move(wanted), choice, told] { exchange(next, choice, told); });
    } catch (const std::exception& failure) {
        log_.warning("home-agent-not-tried", {{"reason", failure.what()}});
    }
}

}  // namespace godwit::client
