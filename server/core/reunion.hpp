#pragma once
// After a restart the home agent knows who was bound, but no session: each mobile node is asked by
// a Binding Refresh Request (RFC 6275 §6.1.2) to register again. Nobody can prove such a request;
// it is a hint, sent a few times until the node has come back.

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "shared/mobility/node.hpp"

namespace godwit::server {

struct LostBinding {
    wire::HomeAddress home;
    mobility::Path path;
};

class Reunion {
  public:
    void begin(mobility::Instant now, const std::vector<LostBinding>& lost) {
        for (const LostBinding& binding : lost) {
            waiting_.push_back({binding, 0, now});
        }
    }

    // It has registered, or is not to be asked any more.
    void forget(const wire::HomeAddress& home) {
        std::erase_if(waiting_,
                      [&](const Waiting& waiting) { return waiting.binding.home == home; });
    }

    void on_deadline(mobility::Instant now, mobility::Actions& actions) {
        while (!waiting_.empty() && now >= waiting_.front().next) {
            Waiting waiting = waiting_.front();
            waiting_.pop_front();
            actions.emplace_back(mobility::SendMessage{.path = waiting.binding.path,
                                                       .home = waiting.binding.home,
                                                       .names_home = false,
                                                       .message = wire::BindingRefreshRequest{},
                                                       .seal = mobility::Unprotected{}});
            if (++waiting.sent < max_requests) {
                waiting.next = now + interval;
                waiting_.push_back(waiting);  // the order of `next` is kept: all wait equally long
            }
        }
    }

    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().next);
    }

  private:
    static constexpr std::size_t max_requests = 4;
    static constexpr std::chrono::seconds interval{1};

    struct Waiting {
        LostBinding binding;
        std::size_t sent = 0;
        mobility::Instant next;
    };

    std::deque<Waiting> waiting_;
};

}  // namespace godwit::server
