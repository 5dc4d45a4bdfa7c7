#pragma once
// RFC 5847 §3.4, alignment 4n+2. Only in heartbeat responses.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 28   |   Length = 4  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                        Restart Counter                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct RestartCounter {
    static constexpr OptionLayout layout{.type = 28, .alignment = {4, 2}};

    std::uint32_t counter = 0;

    bool operator==(const RestartCounter&) const = default;
    static Parsed<RestartCounter> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
