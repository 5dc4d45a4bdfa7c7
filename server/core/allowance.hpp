#pragma once
// How much of the home agent's attention one mobile node may have: its key proves who it is, not
// that it means well. One of these is for one peer, and lasts as long as the peer is known, so that
// nothing is had anew by deregistering, by another binding or by another path.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/message_rates.hpp"
#include "shared/mobility/token_bucket.hpp"

namespace godwit::server {

class Allowance {
  public:
    // Binding updates. RFC 6275 §11.8 lets a mobile node send 3 a second; one with 15 paths sends
    // one for each as it starts. Each may have a heartbeat and an acknowledgement sent to wherever
    // it says.
    static constexpr mobility::Rate updates{.each_second = 20, .burst = 32};
    // Heartbeats in clear (of a plain tunnel) from where none of its bindings is.
    static constexpr mobility::Rate strange_heartbeats{.each_second = 20, .burst = 32};
    // Heartbeat responses with a number that nobody has asked for. Who sends more of them guesses,
    // and is not listened to: of six numbers of 32 bits he finds one in 23 years, and of the 63
    // that may be asked for at once on five bindings one in two years.
    static constexpr mobility::Rate wrong_answers{.each_second = 1, .burst = 32};
    // Requests of which an answer may come late, or second, and is no guess.
    static constexpr std::size_t max_asked = 16;

    // Whether another update is heard. `is_old`: with a sequence number that has been used. Those
    // anybody can send who has recorded one, and must not use up what the mobile node has.
    bool take_update(mobility::Instant now, bool is_old) {
        return (is_old ? old_updates_ : updates_).take(now, updates);
    }
    // Whether another message in clear is heard that is no update. `is_known`: it comes from where
    // the mobile node has a binding; for the same reason.
    bool take_message(mobility::Instant now, bool is_known) {
        return is_known ? messages_.take(now, mobility::messages_of_each)
                        : strange_heartbeats_.take(now, strange_heartbeats);
    }

    // Whether heartbeat responses are listened to.
    [[nodiscard]] bool may_answer(mobility::Instant now) const {
        return wrong_answers_.has(now, wrong_answers);
    }
    void on_wrong_answer(mobility::Instant now) { wrong_answers_.take(now, wrong_answers); }
    // A heartbeat request with this number goes out.
    void on_asked(std::uint32_t number) {
        if (was_asked(number)) {
            return;
        }
        if (asked_.size() == max_asked) {
            asked_.erase(asked_.begin());
        }
        asked_.push_back(number);
    }
    // Of the last ones.
    [[nodiscard]] bool was_asked(std::uint32_t number) const {
        return std::ranges::find(asked_, number) != asked_.end();
    }

  private:
    mobility::TokenBucket updates_;
    mobility::TokenBucket old_updates_;
    mobility::TokenBucket messages_;
    mobility::TokenBucket strange_heartbeats_;
    mobility::TokenBucket wrong_answers_;
    std::vector<std::uint32_t> asked_;
};

}  // namespace godwit::server
