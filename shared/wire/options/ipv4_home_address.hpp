#pragma once
// RFC 5555 §3.1.1, alignment 4n.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 29   |   Length = 6  | Prefix-len|P|     Reserved    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       IPv4 home address                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Ipv4HomeAddress {
    static constexpr OptionLayout layout{.type = 29, .alignment = {4, 0}};

    std::uint8_t prefix_length = 32;  // 6 bits; 0 is an error that the home agent answers
    bool request_prefix = false;      // P
    Ipv4Address home;                 // 0.0.0.0 asks for one

    bool operator==(const Ipv4HomeAddress&) const = default;
    static Parsed<Ipv4HomeAddress> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
