#pragma once
// What has been received goes with a binding update or its acknowledgement as far as there is room
// for it: the message comes first, and has to arrive by every path.

#include <cstddef>
#include <vector>

#include "shared/mobility/reception.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::mobility {

// Whether the packet around the message is 1280 octets long at most, natively or in UDP, once this
// many octets of a seal have come into it: it arrives by every path.
[[nodiscard]] bool arrives_everywhere(const wire::MobilityMessage& message, std::size_t seal);

// The message with these receptions, the first of them first; one that would make the packet longer
// than 1280 octets is left out, and those after it: what is not told is not sent again.
wire::MobilityMessage telling(const std::vector<Reception>& receptions,
                              const wire::MobilityMessage& message);

}  // namespace godwit::mobility
