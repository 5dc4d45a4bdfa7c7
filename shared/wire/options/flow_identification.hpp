#pragma once
// RFC 6089 §4.2: what to do with a flow. Alignment 2n, or more where a traffic selector asks for
// it. The type is the one of §4.2 and of IANA's registry; §8 has it and Flow Summary's the wrong
// way round.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 45   |   Option Len  |              FID              |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |            FID-PRI            |    Reserved   |     Status    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Sub-Opt Type  |  Sub-Opt Len  |  Sub-Option Data ...              0: Pad1, 1: PadN
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |       3       |  Sub-Opt Len  |   TS Format   |    Reserved   |  traffic selector (§4.2.1.4)
//   |  Traffic Selector ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |       2       |Sub-Opt Len=2n |              BID              |  binding reference (§4.2.1.3)
//   |  BID ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <variant>
#include <vector>

#include "shared/wire/bytes.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/options/traffic_selector.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

// Of another TS Format than those of RFC 6088: status 133.
struct UnknownTrafficSelector {
    std::uint8_t format = 0;
    Bytes data;
    bool operator==(const UnknownTrafficSelector&) const = default;
};

struct FlowIdentification {
    static constexpr OptionLayout layout{.type = 45, .alignment = {2, 0}};

    std::uint16_t id = 0;        // FID; 0 is reserved
    std::uint16_t priority = 0;  // FID-PRI: the lowest is matched first; 0 is reserved
    FlowBindingStatus status = FlowBindingStatus::accepted;  // in acknowledgements
    // Either may be missing where a known flow binding keeps what it has (§5.3.2.2).
    std::variant<std::monostate, TrafficSelector, UnknownTrafficSelector> selector;
    std::vector<std::uint16_t> binding_ids;  // a copy of each packet goes to each of them
    // Sub-options that overrun, are there twice or contradict their format, as they came; nothing
    // is taken of them then. The option alone is refused (status 130), not the message around it.
    Bytes malformed;

    bool operator==(const FlowIdentification&) const = default;
    [[nodiscard]] OptionLayout own_layout() const;
    // Unknown sub-options are skipped (§4.2.1). Only less than the fixed part is bad_option.
    static Parsed<FlowIdentification> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
