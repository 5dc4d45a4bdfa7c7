#pragma once
// RFC 5094 §3, alignment 4n+2.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 19   | Length = 5 + n|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                           Vendor ID                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Sub-Type   |                    Data ...                   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct VendorSpecificOption {
    static constexpr OptionLayout layout{.type = 19, .alignment = {4, 2}};

    std::uint32_t vendor = 0;  // IANA private enterprise number
    std::uint8_t subtype = 0;
    Bytes data;  // at most 250 octets

    bool operator==(const VendorSpecificOption&) const = default;
    static Parsed<VendorSpecificOption> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
