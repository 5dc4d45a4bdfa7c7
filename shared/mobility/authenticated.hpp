#pragma once
// A message whose origin, integrity and freshness have been proved (RFC 6275 §5.1, §15.3). Only an
// authenticator of shared/security can make one, and only these enter a core as messages.

#include <utility>

#include "shared/mobility/session.hpp"

namespace godwit::security {
class Attestation;
}

namespace godwit::mobility {

template <class Message>
class Authenticated {
  public:
    [[nodiscard]] const Message& message() const { return message_; }
    [[nodiscard]] PeerId peer() const { return peer_; }
    [[nodiscard]] const Proof& proof() const { return proof_; }

  private:
    friend class security::Attestation;
    Authenticated(Message message, PeerId peer, Proof proof)
        : message_(std::move(message)), peer_(peer), proof_(std::move(proof)) {}

    Message message_;
    PeerId peer_;
    Proof proof_;
};

}  // namespace godwit::mobility
