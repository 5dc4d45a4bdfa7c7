#pragma once
// RFC 6275 §6.2.5, alignment 8n+6. It stands for the source address as the care-of address, and it
// is covered by what protects the message, which the source address is not (§11.7.1).
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |    Type = 3   |  Length = 16  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                   Alternate Care-of Address                   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct AlternateCareOfAddress {
    static constexpr OptionLayout layout{.type = 3, .alignment = {8, 6}};

    CareOfAddress care_of;

    bool operator==(const AlternateCareOfAddress&) const = default;
    static Parsed<AlternateCareOfAddress> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
