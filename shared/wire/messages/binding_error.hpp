#pragma once
// RFC 6275 §6.1.9.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |     Status    |    Reserved   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Home Address                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

enum class BindingErrorStatus : std::uint8_t {
    unknown_binding = 1,            // for a Home Address option
    unrecognized_message_type = 2,  // MH Type
};

struct BindingError {
    static constexpr std::uint8_t type = 7;
    static constexpr std::uint8_t minimum_header_length = 2;

    BindingErrorStatus status{};
    HomeAddress
        home;  // from the Home Address option of what is answered; unspecified if it had none
    MobilityOptions options;

    bool operator==(const BindingError&) const = default;
    static Parsed<BindingError> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;           // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire
