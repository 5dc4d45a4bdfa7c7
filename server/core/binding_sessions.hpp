#pragma once
// The sessions of one binding. A new one seals only once the mobile node is known to have it, since
// the acknowledgement that completes it may be lost; the one before it goes on opening for a while.
// An update that is sent again is a handshake of its own, and the mobile node keeps the session
// whose acknowledgement comes first: each of them opens until one has been heard.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/session.hpp"

namespace godwit::server {

class BindingSessions {
  public:
    // The one that seals; nothing without any.
    [[nodiscard]] std::optional<mobility::SessionId> in_use() const { return given(in_use_); }

    // Whether it is one of them: in use, to come, or the one before.
    [[nodiscard]] bool contains(mobility::SessionId session) const {
        return session != none && (in_use_ == session || previous_ == session ||
                                   std::ranges::find(unconfirmed_, session) != unconfirmed_.end());
    }

    // A handshake has been acknowledged. The first session of a binding is in use at once. Of more
    // that wait to be heard than max_unconfirmed the oldest ends.
    void add(mobility::SessionId session, mobility::Actions& actions);
    // The mobile node has used this session; returns whether it is in use from now on. Those that
    // are older end with it.
    bool on_heard(mobility::Instant now, mobility::SessionId session, mobility::Actions& actions);

    // When the previous session has had its time.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return previous_ != none ? std::optional(previous_until_) : std::nullopt;
    }
    void end_previous(mobility::Actions& actions) { end(previous_, actions); }
    void end_all(mobility::Actions& actions);

    // The update and three times that it is sent again: RFC 6275 §11.8 doubles the time between.
    static constexpr std::size_t max_unconfirmed = 4;

  private:
    static constexpr mobility::SessionId none{};  // no session has the SPI 0 (RFC 4303 §2.1)

    static std::optional<mobility::SessionId> given(mobility::SessionId session) {
        return session != none ? std::optional(session) : std::nullopt;
    }
    static void end(mobility::SessionId& session, mobility::Actions& actions);

    mobility::Instant previous_until_;
    mobility::SessionId in_use_;
    std::array<mobility::SessionId, max_unconfirmed> unconfirmed_;  // the oldest first, then none
    mobility::SessionId previous_;
};

}  // namespace godwit::server
