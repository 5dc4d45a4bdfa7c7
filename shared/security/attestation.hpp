#pragma once
// The one maker of mobility::Authenticated<>. Only authenticators may ask it.

#include <utility>

#include "shared/mobility/authenticated.hpp"

namespace godwit::security {

class Attestation {
  private:
    friend class MobileNodeAuthenticator;
    friend class HomeAgentAuthenticator;
    friend class UnprotectedAuthenticator;

    template <class Message>
    static mobility::Authenticated<Message> attest(Message message, mobility::PeerId peer,
                                                   mobility::Proof proof) {
        return {std::move(message), peer, proof};
    }
};

}  // namespace godwit::security
