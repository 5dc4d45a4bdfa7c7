#pragma once
// The type 2 routing header, RFC 6275 §6.4.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Next Header  |Hdr Ext Len = 2|Routing Type =2|Segments Left=1|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                            Reserved                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Home Address                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Type2RoutingHeader {
    static constexpr std::uint8_t routing_type = 2;
    static constexpr std::size_t size = 24;  // octets

    NextHeader next_header = NextHeader::none;
    HomeAddress home;  // it stands for the destination address

    bool operator==(const Type2RoutingHeader&) const = default;
    // From a whole header, of this routing type. RFC 6275 §6.4, §11.3.3: another length or other
    // segments left are bad_extension_header, a home address that is not unicast routable is
    // bad_address.
    static Parsed<Type2RoutingHeader> parse(BytesView header);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
