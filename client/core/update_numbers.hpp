#pragma once
// What all binding updates of a mobile node to its home agent share, whichever of its bindings they
// are for: one sequence of numbers (RFC 5648 §4.1), and one rate (RFC 6275 §11.8).

#include <chrono>

#include "client/core/rate_limit.hpp"
#include "shared/mobility/constants.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::client {

struct UpdateNumbers {
    wire::SequenceNumber last;
    // RFC 6275 §11.8: MUST NOT be faster, however the links flap.
    RateLimit<mobility::max_update_rate> rate{std::chrono::seconds(1)};
};

}  // namespace godwit::client
