#pragma once
// RFC 6089 §4.2.2, alignment 2n: flow bindings that stay as they are. Its type is the one of §4.2.2
// and of IANA's registry; §8 has it and Flow Identification's the wrong way round.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 44   |  Length = 2n  |              FID              |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  FID ...

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct FlowSummary {
    static constexpr OptionLayout layout{.type = 44, .alignment = {2, 0}};
    static constexpr std::size_t max_ids = 127;  // in one option; a message may have several

    std::vector<std::uint16_t> ids;  // FIDs, at least one

    bool operator==(const FlowSummary&) const = default;
    static Parsed<FlowSummary> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
