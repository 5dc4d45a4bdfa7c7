#pragma once
// In front of all public-key work of a home agent: whether a handshake whose mac1 is right comes
// in, or gets a cookie in place of an answer (docs/protocol.md, "Under load").

#include <expected>
#include <functional>
#include <utility>

#include "shared/mobility/instant.hpp"
#include "shared/security/cookie.hpp"
#include "shared/security/handshake_load.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/rejection.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {

class HandshakeDoor {
  public:
    explicit HandshakeDoor(std::function<mobility::Instant()> now) : now_(std::move(now)) {}

    // Why it does not come in, with the cookie that goes back, if one does; `key` is that of the
    // public key by which it came.
    [[nodiscard]] std::expected<void, Rejection> enter(const CookieKey& key,
                                                       wire::BytesView mobility_header,
                                                       const HandshakeOption& option,
                                                       const CookieJar::Source& source);

  private:
    [[nodiscard]] bool has_right_cookie(mobility::Instant now, wire::BytesView mobility_header,
                                        const HandshakeOption& option,
                                        const CookieJar::Source& source);

    std::function<mobility::Instant()> now_;
    CookieJar jar_;
    HandshakeLoad load_;
};

}  // namespace godwit::security
