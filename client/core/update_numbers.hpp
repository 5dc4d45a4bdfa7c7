#pragma once
// What all binding updates of a mobile node to its home agent share, whichever of its bindings they
// are for: one sequence of numbers (RFC 5648 §4.1), and one rate (RFC 6275 §11.8).
//
// No number is used twice while the home agent may have a session in which it was used before: an
// update that somebody has held back would else count as newer than one that was sent later.

#include <chrono>
#include <cstdint>
#include <ratio>

#include "client/core/rate_limit.hpp"
#include "shared/mobility/constants.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::client {

// More than are sent in a session: three a second (RFC 6275 §11.8) for the longest lifetime, 3600
// s; and less than what the home agent takes for newer (§9.5.1).
inline constexpr std::uint16_t more_than_a_session_uses = 16384;

// The number behind which a mobile node begins when it starts: 16 a second have gone by since it
// used one before, which are more than it uses. They come round after 68 minutes, when no session
// of before is left; where they look old to a home agent, it says so (status 135).
inline wire::SequenceNumber first_sequence(std::chrono::nanoseconds since_1970) {
    using Sixteenths = std::chrono::duration<std::int64_t, std::ratio<1, 16>>;
    return wire::SequenceNumber(
        static_cast<std::uint16_t>(std::chrono::duration_cast<Sixteenths>(since_1970).count()));
}

struct UpdateNumbers {
    wire::SequenceNumber last;

    // Status 135: the home agent has taken `theirs` last. Where that is news, this node has
    // forgotten what it used, as by a restart, and may have used some behind it. Where it is none,
    // an older update of its own has been answered, or one that somebody has sent again: it never
    // goes back. Returns whether it is.
    bool go_on_behind(wire::SequenceNumber theirs) {
        if (!theirs.is_newer_than(last)) {
            return false;
        }
        last = wire::SequenceNumber(
            static_cast<std::uint16_t>(theirs.value() + more_than_a_session_uses));
        return true;
    }

    // RFC 6275 §11.8: MUST NOT be faster, however the links flap.
    RateLimit<mobility::max_update_rate> rate{std::chrono::seconds(1)};
};

}  // namespace godwit::client
