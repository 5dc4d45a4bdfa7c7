#pragma once
// The Destination Options header (RFC 8200 §4.6) with the one option that is ours: the Home Address
// option, RFC 6275 §6.3, alignment 8n+6.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Next Header  |  Hdr Ext Len  |       PadN (2 zero octets)    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                               |  Type = 201   |  Length = 16  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Home Address                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct DestinationOptions {
    static constexpr std::uint8_t home_address_type = 201;

    NextHeader next_header = NextHeader::none;
    std::optional<HomeAddress> home_address;  // it stands for the source address

    bool operator==(const DestinationOptions&) const = default;
    // From a whole header. A home address that is not unicast routable is bad_address (RFC 6275
    // §9.3.1); a second one, or an unknown option that asks for the packet to be discarded
    // (RFC 8200 §4.2), is bad_extension_header.
    static Parsed<DestinationOptions> parse(BytesView header);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
