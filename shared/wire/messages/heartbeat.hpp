#pragma once
// RFC 5847 §3.3.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |          Reserved         |U|R|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                        Sequence Number                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Heartbeat {
    static constexpr std::uint8_t type = 13;
    static constexpr std::uint8_t minimum_header_length = 1;

    bool unsolicited = false;  // U
    bool response = false;     // R
    std::uint32_t sequence = 0;
    MobilityOptions options;

    bool operator==(const Heartbeat&) const = default;
    static Parsed<Heartbeat> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;        // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
