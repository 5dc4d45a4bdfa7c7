#pragma once
// Cookies (docs/protocol.md, "Under load"): who brings one has been heard from at the address that
// he sends from. A home agent under load answers a binding update that has a right mac1, but no
// right mac2, with a cookie in an Experimental Mobility Header (RFC 5096 §3):
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Kind = 1    |  Version = 1  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                       Nonce (24 octets)                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .             Cookie (16 octets), sealed: 32 octets             .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Sealed by XChaCha20-Poly1305 under BLAKE2b-256("godwit cookie" | the home agent's public key),
// with the update's mac1 as associated data: only who has seen that update can make one that its
// sender opens. The cookie is BLAKE2b-128 over the source address and UDP port, keyed by a secret
// of the home agent's that changes every two minutes; it keys the mac2 of later updates.

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/secret.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/messages/experimental_message.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::security {

using Cookie = Mac;

struct CookieReply {
    static constexpr std::uint8_t kind = 1;
    static constexpr std::uint8_t version = 1;
    static constexpr std::size_t nonce_length = 24;                // octets
    static constexpr std::size_t sealed_length = mac_length + 16;  // octets: with the tag

    std::array<std::uint8_t, nonce_length> nonce{};
    std::array<std::uint8_t, sealed_length> sealed{};

    bool operator==(const CookieReply&) const = default;
    [[nodiscard]] wire::ExperimentalMessage message() const;
    // Nothing if the message is something else: of another kind, version or length.
    static std::optional<CookieReply> parse(const wire::ExperimentalMessage& message);
};

// What seals the cookies of one home agent. Everybody can have it who knows the public key.
class CookieKey {
  public:
    explicit CookieKey(const PublicKey& home_agent);

    [[nodiscard]] CookieReply seal(const Cookie& cookie, const Mac& mac1) const;
    // Nothing if it was not sealed in answer to an update of this mac1.
    [[nodiscard]] std::optional<Cookie> open(const CookieReply& reply, const Mac& mac1) const;

  private:
    KeyOctets key_{};
};

// The home agent's: who gets which cookie. For every address and port there is one at a time, and
// none is kept.
class CookieJar {
  public:
    // A cookie is good as long as its secret is this one or the one before, and not twice as old
    // as this: for two minutes at least, for four at most.
    static constexpr std::chrono::seconds secret_lifetime{120};

    // Where a message came from on the outside; port 0 where it has none.
    struct Source {
        wire::Ipv6Address address;
        std::uint16_t port = 0;
    };
    [[nodiscard]] Cookie cookie_for(mobility::Instant now, const Source& source);
    // The one of the secret before, if there is one.
    [[nodiscard]] std::optional<Cookie> cookie_before(mobility::Instant now, const Source& source);

  private:
    void change_secret(mobility::Instant now);

    Secret<KeyOctets> secret_;
    Secret<KeyOctets> secret_before_;
    mobility::Instant made_at_;
    mobility::Instant before_made_at_;
};

// The mobile node's: the last cookie along each path. One that is too old does no harm, since the
// home agent answers it with a new one; so none is ever thrown away for its age.
class CookiesHeld {
  public:
    // More paths than a mobile node tries at one time.
    static constexpr std::size_t max = 16;

    void put(const mobility::Path& path, const Cookie& cookie);
    [[nodiscard]] const Cookie* find(const mobility::Path& path) const;

  private:
    std::vector<std::pair<mobility::Path, Cookie>> cookies_;  // the oldest first
};

}  // namespace godwit::security
