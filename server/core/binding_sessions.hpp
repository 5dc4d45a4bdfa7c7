#pragma once
// The sessions of one binding. A new one seals only once the mobile node is known to have it, since
// the acknowledgement that completes it may be lost; the one before it goes on opening for a while.

#include <chrono>
#include <optional>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/session.hpp"

namespace godwit::server {

class BindingSessions {
  public:
    // The one that seals; nothing without any.
    [[nodiscard]] std::optional<mobility::SessionId> in_use() const { return in_use_; }
    [[nodiscard]] std::optional<mobility::SessionId> unconfirmed() const { return unconfirmed_; }

    // Whether it is one of them: in use, to come, or the one before.
    [[nodiscard]] bool contains(mobility::SessionId session) const {
        return in_use_ == session || unconfirmed_ == session || previous_ == session;
    }

    // A handshake has been acknowledged. The first session of a binding is in use at once.
    void add(mobility::Instant now, mobility::SessionId session, mobility::Actions& actions);
    // The mobile node has used this session; returns whether it is in use from now on.
    bool on_heard(mobility::Instant now, mobility::SessionId session, mobility::Actions& actions);

    // When the previous session has had its time.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return previous_ ? std::optional(previous_until_) : std::nullopt;
    }
    void end_previous(mobility::Actions& actions) { end(previous_, actions); }
    void end_all(mobility::Actions& actions);

  private:
    static void end(std::optional<mobility::SessionId>& session, mobility::Actions& actions);

    std::optional<mobility::SessionId> in_use_;
    std::optional<mobility::SessionId> unconfirmed_;
    std::optional<mobility::SessionId> previous_;
    mobility::Instant previous_until_;
};

}  // namespace godwit::server
