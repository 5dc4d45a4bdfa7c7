#include "shared/wire/options/ipv4_address_acknowledgement.hpp"

#include <expected>

namespace godwit::wire {

Parsed<Ipv4AddressAcknowledgement> Ipv4AddressAcknowledgement::parse(BytesView body) {
    if (body.size() != 6) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    Ipv4AddressAcknowledgement option;
    option.status = in.integer<std::uint8_t>();
    option.prefix_length = static_cast<std::uint8_t>(in.integer<std::uint8_t>() >> 2U);
    option.home.octets = in.array<4>();
    return option;
}

void Ipv4AddressAcknowledgement::serialize(Writer& out) const {
    out.integer(status);
    out.integer(static_cast<std::uint8_t>(prefix_length << 2U));
    out.bytes(home.octets);
}

}  // namespace godwit::wire
