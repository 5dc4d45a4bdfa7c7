#pragma once
// RFC 5555 §3.2.1, alignment 4n. Its IANA section says type 29; the text and the registry say 30.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 30   |   Length = 6  |     Status    |  Pref-len |Res|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       IPv4 home address                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Ipv4AddressAcknowledgement {
    static constexpr OptionLayout layout{.type = 30, .alignment = {4, 0}};

    std::uint8_t status = 0;          // below 128: success
    std::uint8_t prefix_length = 32;  // 6 bits
    Ipv4Address home;

    bool operator==(const Ipv4AddressAcknowledgement&) const = default;
    static Parsed<Ipv4AddressAcknowledgement> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
