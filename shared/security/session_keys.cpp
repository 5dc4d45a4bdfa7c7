#include "shared/security/session_keys.hpp"

#include <sodium.h>

#include <algorithm>

namespace godwit::security {
namespace {

constexpr std::array<char, crypto_kdf_CONTEXTBYTES> context{'g', 'o', 'd', 'w', 'i', 't', ' ', '1'};

enum class Purpose : std::uint8_t { tunnel_key = 1, salt = 2, signalling_key = 3 };

template <std::size_t n>
void derive(const KeyOctets& from, Purpose purpose, std::array<std::uint8_t, n>& out) {
    static_assert(n >= crypto_kdf_BYTES_MIN);
    crypto_kdf_derive_from_key(out.data(), out.size(), static_cast<std::uint64_t>(purpose),
                               context.data(), from.data());
}

void derive_direction(const KeyOctets& from, TunnelKey& tunnel, KeyOctets& signalling) {
    derive(from, Purpose::tunnel_key, tunnel.key);
    derive(from, Purpose::signalling_key, signalling);
    Transient<std::array<std::uint8_t, crypto_kdf_BYTES_MIN>> salt;
    derive(from, Purpose::salt, salt.value);
    std::copy_n(salt.value.begin(), tunnel.salt.size(), tunnel.salt.begin());
}

}  // namespace

SessionKeys derive_session_keys(const TransportKeys& transport, HandshakeRole role, Suite suite,
                                std::uint32_t inbound_spi, std::uint32_t outbound_spi) {
    SessionKeys keys{.tunnel = make_secret<TunnelKeys>(),
                     .signalling = make_secret<SignallingKeys>()};
    keys.tunnel->suite = suite;
    keys.tunnel->inbound_spi = inbound_spi;
    keys.tunnel->outbound_spi = outbound_spi;
    const bool initiates = role == HandshakeRole::initiator;
    derive_direction(initiates ? transport.to_responder : transport.to_initiator,
                     keys.tunnel->outbound, keys.signalling->outbound);
    derive_direction(initiates ? transport.to_initiator : transport.to_responder,
                     keys.tunnel->inbound, keys.signalling->inbound);
    return keys;
}

}  // namespace godwit::security
