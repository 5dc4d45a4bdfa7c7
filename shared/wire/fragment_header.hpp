#pragma once
// RFC 8200 §4.5.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Identification                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct FragmentHeader {
    static constexpr std::size_t size = 8;  // octets

    NextHeader next_header = NextHeader::none;
    std::uint16_t offset = 0;  // octets, a multiple of 8
    bool more_fragments = false;
    std::uint32_t identification = 0;

    // RFC 6946: a packet that is whole in spite of its fragment header.
    [[nodiscard]] bool is_atomic() const { return offset == 0 && !more_fragments; }

    bool operator==(const FragmentHeader&) const = default;
    static Parsed<FragmentHeader> parse(BytesView header);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
