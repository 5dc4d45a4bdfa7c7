#pragma once
// A mobile node that joins by an invite (docs/protocol.md, "Joining"): one registration, whose
// handshake asks to join, and its end right behind it, so that nothing lingers until the daemon
// registers. Whoever carries this out needs no tunnel: of the actions only messages count.

#include <optional>
#include <vector>

#include "client/core/home_registration.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::client {

class Joining {
  public:
    Joining(const wire::HomeAddress& home, const wire::HomeAgentAddress& home_agent,
            wire::SequenceNumber first_sequence);

    // Along these paths, the likeliest first, until one is answered.
    [[nodiscard]] mobility::Actions begin(mobility::Instant now, std::vector<mobility::Path> paths);
    [[nodiscard]] mobility::Actions on_received(mobility::Instant now,
                                                const mobility::Received& received);
    [[nodiscard]] mobility::Actions on_deadline(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return registration_.next_deadline();
    }

    // The home agent has said so, authentically.
    [[nodiscard]] bool has_joined() const { return has_joined_; }
    // It has joined, and the registration has ended again.
    [[nodiscard]] bool has_left() const { return has_left_; }
    // The home agent has said so, authentically: it knows the key, and does not take it.
    [[nodiscard]] std::optional<wire::BindingStatus> refused() const { return refused_; }
    // What somebody says who says to be the home agent.
    [[nodiscard]] std::optional<mobility::JoinRefusal> refusal() const { return refusal_; }

  private:
    HomeRegistration registration_;
    bool has_joined_ = false;
    bool has_left_ = false;
    std::optional<wire::BindingStatus> refused_;
    std::optional<mobility::JoinRefusal> refusal_;
};

}  // namespace godwit::client
