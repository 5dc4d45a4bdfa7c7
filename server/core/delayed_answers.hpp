#pragma once
// Heartbeat requests that ask to be answered after a while (shared/mobility/answer_delay.hpp): one
// for each binding, the latest.

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

class DelayedAnswers {
  public:
    struct Answer {
        wire::HomeAddress home;
        mobility::Path path;  // back to where the request came from
        std::uint32_t sequence = 0;
    };

    void put(mobility::Instant due, const Answer& answer) {
        forget(answer.home);
        waiting_.insert_or_assign(answer.home, Waiting{due, answer});
        deadlines_.emplace(due, answer.home);
    }
    void forget(const wire::HomeAddress& home) {
        const auto found = waiting_.find(home);
        if (found != waiting_.end()) {
            deadlines_.erase({found->second.due, home});
            waiting_.erase(found);
        }
    }
    // One that is due, taken out.
    std::optional<Answer> take(mobility::Instant now) {
        if (deadlines_.empty() || now < deadlines_.begin()->first) {
            return std::nullopt;
        }
        const Answer answer = waiting_.at(deadlines_.begin()->second).answer;
        forget(answer.home);
        return answer;
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
    }

  private:
    struct Waiting {
        mobility::Instant due;
        Answer answer;
    };

    std::unordered_map<wire::HomeAddress, Waiting> waiting_;
    std::set<std::pair<mobility::Instant, wire::HomeAddress>> deadlines_;
};

}  // namespace godwit::server
