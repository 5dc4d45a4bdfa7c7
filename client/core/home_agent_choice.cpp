#include "client/core/home_agent_choice.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {

bool HomeAgentChoice::begin(mobility::Instant now, const std::vector<wire::HomeAgentAddress>& named,
                            const wire::Prefix& home_prefix, const Find& find,
                            const std::optional<HomeAgentCandidate>& present) {
    std::deque<HomeAgentCandidate> candidates;
    const auto add = [&](bool is_of_home_prefix) {
        for (const wire::HomeAgentAddress& address : named) {
            const bool is_present = present && present->address == address;
            if (home_prefix.contains(address.address) != is_of_home_prefix || is_present ||
                has_sent_away(now, address)) {
                continue;
            }
            auto candidate = find(address);
            if (candidate && std::ranges::find(candidates, *candidate) == candidates.end()) {
                candidates.push_back(*std::move(candidate));
            }
        }
    };
    add(true);
    add(false);
    if (candidates.empty()) {
        return false;
    }
    if (present) {
        candidates.push_back(*present);
    }
    waiting_ = std::move(candidates);
    due_ = now;
    return true;
}

std::optional<HomeAgentCandidate> HomeAgentChoice::take(mobility::Instant now) {
    if (!due_ || now < *due_) {
        return std::nullopt;
    }
    if (waiting_.empty()) {
        due_.reset();  // the last one has had its time
        return std::nullopt;
    }
    HomeAgentCandidate next = waiting_.front();
    waiting_.pop_front();
    due_ = now + patience;
    return next;
}

bool HomeAgentChoice::has_sent_away(mobility::Instant now,
                                    const wire::HomeAgentAddress& home_agent) const {
    const auto found = sent_away_by_.find(home_agent);
    return found != sent_away_by_.end() && now < found->second;
}

}  // namespace godwit::client
