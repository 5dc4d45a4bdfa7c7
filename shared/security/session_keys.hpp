#pragma once
// What becomes of the two Noise transport keys: for each direction a tunnel key, a salt and a
// signalling key, so that no key serves two purposes.

#include <array>
#include <cstdint>

#include "shared/security/keys.hpp"
#include "shared/security/noise_symmetric_state.hpp"
#include "shared/security/secret.hpp"
#include "shared/security/suite.hpp"

namespace godwit::security {

struct TunnelKey {
    KeyOctets key{};
    std::array<std::uint8_t, 4> salt{};  // RFC 4106 §4, RFC 7634 §2
};

// All that the data path needs of a session.
struct TunnelKeys {
    Suite suite{};
    std::uint32_t inbound_spi = 0;   // the one this end has chosen
    std::uint32_t outbound_spi = 0;  // the one the other end has chosen
    TunnelKey inbound;
    TunnelKey outbound;
};

struct SignallingKeys {
    KeyOctets inbound{};
    KeyOctets outbound{};
};

struct SessionKeys {
    Secret<TunnelKeys> tunnel;
    Secret<SignallingKeys> signalling;
};

enum class HandshakeRole : std::uint8_t { initiator, responder };

SessionKeys derive_session_keys(const TransportKeys& transport, HandshakeRole role, Suite suite,
                                std::uint32_t inbound_spi, std::uint32_t outbound_spi);

}  // namespace godwit::security
