#pragma once
// RFC 5096 §3: a message whose meaning the two ends agree on.

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct ExperimentalMessage {
    static constexpr std::uint8_t type = 11;
    static constexpr std::uint8_t minimum_header_length = 0;

    Bytes data;  // zeros follow it on the wire if it leaves the header short of 8n octets

    bool operator==(const ExperimentalMessage&) const = default;
    static Parsed<ExperimentalMessage> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
