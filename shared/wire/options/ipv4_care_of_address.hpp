#pragma once
// RFC 5555 §3.1.2, alignment 4n.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 32   |   Length = 6  |            Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                      IPv4 care-of address                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Ipv4CareOfAddress {
    static constexpr OptionLayout layout{.type = 32, .alignment = {4, 0}};

    Ipv4Address care_of;

    bool operator==(const Ipv4CareOfAddress&) const = default;
    static Parsed<Ipv4CareOfAddress> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
