#pragma once
// RFC 4285 §6, the mobility message replay protection option, alignment 8n+2.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 10   |   Length = 8  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                           Timestamp                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct ReplayTimestamp {
    static constexpr OptionLayout layout{.type = 10, .alignment = {8, 2}};

    std::uint64_t ntp = 0;  // NTP format: seconds since 1900 and, in the low half, their fraction

    bool operator==(const ReplayTimestamp&) const = default;
    static Parsed<ReplayTimestamp> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
