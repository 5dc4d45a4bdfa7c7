#pragma once
// RFC 5555 §3.2.2, alignment 4n.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 31   |   Length = 6  |F|           Reserved          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Refresh time                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <chrono>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct NatDetection {
    static constexpr OptionLayout layout{.type = 31, .alignment = {4, 0}};

    bool udp_encapsulation_required = false;         // F
    std::chrono::duration<std::uint32_t> refresh{};  // 0: no advice; all ones: no NAT was seen

    bool operator==(const NatDetection&) const = default;
    static Parsed<NatDetection> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
