#pragma once
// RFC 6275 §6.2.6, alignment 2n. Only in binding updates to correspondent nodes.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |    Type = 4   |   Length = 4  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Home Nonce Index       |      Care-of Nonce Index      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct NonceIndices {
    static constexpr OptionLayout layout{.type = 4, .alignment = {2, 0}};

    std::uint16_t home = 0;
    std::uint16_t care_of = 0;

    bool operator==(const NonceIndices&) const = default;
    static Parsed<NonceIndices> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
