#pragma once
// RFC 4283 §3, no alignment.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Type = 8   |     Length    |    Subtype    | Identifier ...|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <string>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct MobileNodeIdentifier {
    static constexpr OptionLayout layout{.type = 8};
    static constexpr std::uint8_t network_access_identifier = 1;  // RFC 4283 §3.1

    std::uint8_t subtype = network_access_identifier;
    std::string identifier;  // at most 254 octets

    bool operator==(const MobileNodeIdentifier&) const = default;
    static Parsed<MobileNodeIdentifier> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
