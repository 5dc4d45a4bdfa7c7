#include "shared/security/handshake_door.hpp"

#include <algorithm>

namespace godwit::security {

std::expected<void, Rejection> HandshakeDoor::enter(const CookieKey& key,
                                                    wire::BytesView mobility_header,
                                                    const HandshakeOption& option,
                                                    const CookieJar::Source& source) {
    using enum HandshakeLoad::Verdict;
    const mobility::Instant now = now_();
    if (source.address.is_multicast() || source.address.is_unspecified()) {  // RFC 6275 §9.3.3
        return std::unexpected(Rejection{.reason = RejectionReason::malformed});
    }
    const bool has_cookie = has_right_cookie(now, mobility_header, option, source);
    switch (load_.on_handshake(now, source.address, has_cookie)) {
        case serve:
            return {};
        case give_cookie: {
            Mac mac1{};
            std::ranges::copy(option.mac1.in(mobility_header), mac1.begin());
            const CookieReply reply = key.seal(jar_.cookie_for(now, source), mac1);
            return std::unexpected(
                Rejection{.reason = RejectionReason::wants_cookie, .reply = reply.message()});
        }
        case refuse:
            break;
    }
    return std::unexpected(Rejection{.reason = RejectionReason::under_load});
}

// A wrong mac2 counts as none: its cookie may just have become too old.
bool HandshakeDoor::has_right_cookie(mobility::Instant now, wire::BytesView mobility_header,
                                     const HandshakeOption& option,
                                     const CookieJar::Source& source) {
    if (is_mac2_zero(mobility_header, option)) {
        return false;
    }
    if (has_right_mac2(jar_.cookie_for(now, source), mobility_header, option)) {
        return true;
    }
    const auto before = jar_.cookie_before(now, source);
    return before && has_right_mac2(*before, mobility_header, option);
}

}  // namespace godwit::security
