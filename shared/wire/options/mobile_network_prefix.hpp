#pragma once
// RFC 3963 §4.3, alignment 8n+4.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Type = 6   |  Length = 18  |    Reserved   | Prefix Length |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Mobile Network Prefix                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct MobileNetworkPrefix {
    static constexpr OptionLayout layout{.type = 6, .alignment = {8, 4}};

    Prefix prefix;  // as on the wire: bits beyond its length may be set

    bool operator==(const MobileNetworkPrefix&) const = default;
    static Parsed<MobileNetworkPrefix> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
