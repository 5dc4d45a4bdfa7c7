#include "shared/wire/type2_routing_header.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::uint8_t header_extension_length = 2;  // units of 8 octets, less the first
constexpr std::uint8_t segments_left = 1;

}  // namespace

Parsed<Type2RoutingHeader> Type2RoutingHeader::parse(BytesView header) {
    Reader in(header);
    Type2RoutingHeader routing;
    routing.next_header = NextHeader{in.integer<std::uint8_t>()};
    const bool well_formed = in.integer<std::uint8_t>() == header_extension_length &&
                             in.integer<std::uint8_t>() == routing_type &&
                             in.integer<std::uint8_t>() == segments_left;
    in.skip(4);
    routing.home.address = Ipv6Address::read(in);
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    if (!well_formed) {
        return std::unexpected(ParseError::bad_extension_header);
    }
    if (!routing.home.address.is_unicast_routable()) {
        return std::unexpected(ParseError::bad_address);
    }
    return routing;
}

void Type2RoutingHeader::serialize(Writer& out) const {
    out.integer(static_cast<std::uint8_t>(next_header));
    out.integer(header_extension_length);
    out.integer(routing_type);
    out.integer(segments_left);
    out.zeros(4);
    out.bytes(home.address.octets);
}

}  // namespace godwit::wire
