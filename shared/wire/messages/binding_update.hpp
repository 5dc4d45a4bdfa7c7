#pragma once
// RFC 6275 §6.1.7; R: RFC 3963 §4.1.1; F: RFC 5555 §3.1.3; the other flags are ignored (§9.5.1).
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |          Sequence #           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |A|H|L|K|M|R|P|F|T|O| Reserved  |           Lifetime            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                       Mobility Options                        .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::wire {

struct BindingUpdate {
    static constexpr std::uint8_t type = 5;
    static constexpr std::uint8_t minimum_header_length = 1;
    static constexpr std::size_t options_offset = 12;  // octets from the start of the header

    SequenceNumber sequence;
    bool acknowledge = false;               // A
    bool home_registration = false;         // H
    bool link_local_compatibility = false;  // L
    bool key_management_mobility = false;   // K
    bool mobile_router = false;             // R
    bool force_udp_encapsulation = false;   // F
    bool overwrite = false;                 // O, RFC 5648 §4.2
    Lifetime lifetime{};                    // 0: deregistration
    MobilityOptions options;

    bool operator==(const BindingUpdate&) const = default;
    static Parsed<BindingUpdate> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
