#pragma once
// RFC 6275 §6.1.8; R: RFC 3963 §4.2.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |    Status     |K|R| Reserved  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Sequence #          |           Lifetime            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                       Mobility Options                        .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>

#include "shared/wire/binding_status.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::wire {

struct BindingAcknowledgement {
    static constexpr std::uint8_t type = 6;
    static constexpr std::uint8_t minimum_header_length = 1;
    static constexpr std::size_t options_offset = 12;  // octets from the start of the header

    BindingStatus status = BindingStatus::accepted;
    bool key_management_mobility = false;  // K
    bool mobile_router = false;            // R
    SequenceNumber sequence;
    Lifetime lifetime{};
    MobilityOptions options;

    bool operator==(const BindingAcknowledgement&) const = default;
    static Parsed<BindingAcknowledgement> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
