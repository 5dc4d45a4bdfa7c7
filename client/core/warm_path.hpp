#pragma once
// A second way to the home agent, by another interface than the one in use: registered beside it
// (RFC 5648), and asked now and then whether it still answers, which also keeps a NAT's mapping. If
// the one in use falls silent or goes, this one carries at once.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/core/home_registration.hpp"
#include "client/core/target.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::client {

class WarmPath {
  public:
    WarmPath(const wire::HomeAddress& home, std::uint32_t first_heartbeat)
        : home_(home), sequence_(first_heartbeat) {}

    // Where the node is registered, and what is offered, the best first.
    void on_place(mobility::Instant now, const mobility::Path& in_use,
                  const std::vector<Away>& offers, HomeRegistration& registration);
    // At home, nowhere, or not registered yet.
    void rest(HomeRegistration& registration);
    void on_response(mobility::Instant now, std::uint32_t sequence);

    void on_deadline(mobility::Instant now, HomeRegistration& registration,
                     mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // It is registered and has answered. `since`: for as long as nothing has spoken against it.
    [[nodiscard]] const std::optional<mobility::Path>& path() const { return answered_; }
    [[nodiscard]] bool has_answered_since(mobility::Instant instant) const {
        return answered_ && answered_since_ <= instant;
    }

  private:
    void begin(mobility::Instant now, std::vector<mobility::Path> candidates);
    void attempt(mobility::Instant now, HomeRegistration& registration, mobility::Actions& actions);
    void ask(mobility::Instant now, HomeRegistration& registration, mobility::Actions& actions);
    void give_up(mobility::Instant now, std::chrono::nanoseconds pause,
                 HomeRegistration& registration);

    wire::HomeAddress home_;
    std::uint32_t sequence_;
    std::vector<mobility::Path> candidates_;  // of one interface; empty: there is no other
    std::size_t attempts_ = 0;                // at registering one of them, each in its turn
    std::optional<mobility::Instant> register_at_;
    std::chrono::nanoseconds pause_{};  // before all of them are attempted again
    std::optional<mobility::Path> asked_;
    std::optional<mobility::Path> answered_;
    mobility::Instant answered_since_{};
    std::size_t unanswered_ = 0;
    std::optional<mobility::Instant> ask_at_;
    std::chrono::seconds interval_{};  // once it has answered
};

}  // namespace godwit::client
