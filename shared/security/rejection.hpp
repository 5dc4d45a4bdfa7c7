#pragma once
// Why an authenticator passed over a packet, or could not seal a message. Every reason is a counter
// that the status shows.

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/wire/messages/experimental_message.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::security {

enum class RejectionReason : std::uint8_t {
    malformed,          // no message, or one whose parts contradict each other
    unauthenticated,    // carries no proof where one is needed
    bad_version,        // of the handshake
    bad_mac1,           // from somebody who does not know our public key
    wants_cookie,       // under load: it is answered with a cookie, and may come again
    under_load,         // not even with a cookie
    bad_handshake,      // Noise: not made by who knows the keys, or changed on the way
    unknown_peer,       // a static key that is nobody's here
    bad_join_proof,     // of an invite whose secret the sender does not hold
    no_common_suite,    // the two ends have no tunnel cipher in common
    too_many_sessions,  // of one peer
    unknown_session,    // an SPI that names no session here
    bad_authenticator,  // RFC 4285 §5.1
    not_expected,       // an answer to no question, or a message that is not for this role
};

struct Rejection {
    RejectionReason reason{};
    std::optional<wire::ParseError> parse_error{};  // where the bytes are malformed
    // What goes back to where the packet came from, unsealed.
    std::optional<wire::ExperimentalMessage> reply{};

    bool operator==(const Rejection&) const = default;
};

// The parse error's own name if there is one: "bad-checksum", "bad-mac1".
std::string_view name(const Rejection& rejection);

enum class SealError : std::uint8_t {
    wrong_role,        // this end does not seal so
    wrong_message,     // this message cannot carry that proof
    unknown_session,   // ended, or never there
    failed_handshake,  // the other end's key is not one to agree with
    too_long,          // for a Mobility Header
};

std::string_view name(SealError error);

}  // namespace godwit::security
