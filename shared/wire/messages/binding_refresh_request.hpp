#pragma once
// RFC 6275 §6.1.2.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |            Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct BindingRefreshRequest {
    static constexpr std::uint8_t type = 0;
    static constexpr std::uint8_t minimum_header_length = 0;

    MobilityOptions options;

    bool operator==(const BindingRefreshRequest&) const = default;
    static Parsed<BindingRefreshRequest> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
