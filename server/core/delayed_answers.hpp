#pragma once
// Heartbeat requests that ask to be answered after a while (shared/mobility/answer_delay.hpp): one
// for each binding, the latest.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "server/core/deadline_heap.hpp"
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
        auto& entry = *waiting_.try_emplace(answer.home).first;
        entry.second.answer = answer;
        order_.put(entry, due);
    }
    void forget(const wire::HomeAddress& home) {
        if (const auto found = waiting_.find(home); found != waiting_.end()) {
            order_.take_out(*found);
            waiting_.erase(found);
        }
    }
    // One that is due, taken out.
    std::optional<Answer> take(mobility::Instant now) {
        const auto home = order_.due(now);
        if (!home) {
            return std::nullopt;
        }
        const Answer answer = waiting_.at(*home).answer;
        forget(*home);
        return answer;
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return order_.next(); }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }  // home addresses

  private:
    struct Waiting {
        Answer answer;
        HeapPlace heap_place;
    };

    std::unordered_map<wire::HomeAddress, Waiting> waiting_;
    DeadlineHeap<Waiting> order_;
};

}  // namespace godwit::server
