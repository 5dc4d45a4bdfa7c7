#pragma once
// After a restart the home agent knows who was bound, but no session: each mobile node is asked by
// a Binding Refresh Request (RFC 6275 §6.1.2) to register again, not all at once. Nobody can prove
// such a request; it is a hint, sent a few times until the node has come back.

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/deadline_heap.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

struct LostBinding {
    wire::HomeAddress home;
    mobility::Path path;
};

class Reunion {
  public:
    // Each request is answered by a handshake, and a processor does some 5,000 of these in a second
    // (docs/performance.md): this many are asked for the first time every so often, and the rest is
    // left for those who come by themselves.
    static constexpr std::size_t at_once = 200;
    static constexpr std::chrono::milliseconds pause{50};

    void begin(mobility::Instant now, const std::vector<LostBinding>& lost) {
        for (std::size_t number = 0; number < lost.size(); ++number) {
            auto& entry = *waiting_.try_emplace(lost[number].home).first;
            entry.second.path = lost[number].path;
            order_.put(entry, now + (pause * (number / at_once)));
        }
    }

    // It has registered, or is not to be asked any more.
    void forget(const wire::HomeAddress& home) {
        if (const auto found = waiting_.find(home); found != waiting_.end()) {
            order_.take_out(*found);
            waiting_.erase(found);
        }
    }

    void on_deadline(mobility::Instant now, mobility::Actions& actions) {
        while (const auto home = order_.due(now)) {
            const auto found = waiting_.find(*home);
            Waiting& waiting = found->second;
            actions.emplace_back(mobility::SendMessage{.path = waiting.path,
                                                       .home = *home,
                                                       .names_home = false,
                                                       .message = wire::BindingRefreshRequest{},
                                                       .seal = mobility::Unprotected{}});
            if (++waiting.sent < max_requests) {
                order_.put(*found, now + interval);
            } else {
                forget(*home);
            }
        }
    }

    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return order_.next(); }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }  // home addresses

  private:
    static constexpr std::size_t max_requests = 4;
    static constexpr std::chrono::seconds interval{1};

    struct Waiting {
        mobility::Path path;
        std::size_t sent = 0;
        HeapPlace heap_place;
    };

    std::unordered_map<wire::HomeAddress, Waiting> waiting_;
    DeadlineHeap<Waiting> order_;
};

}  // namespace godwit::server
