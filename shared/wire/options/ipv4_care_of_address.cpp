#include "shared/wire/options/ipv4_care_of_address.hpp"

#include <expected>

namespace godwit::wire {

Parsed<Ipv4CareOfAddress> Ipv4CareOfAddress::parse(BytesView body) {
    if (body.size() != 6) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    Ipv4CareOfAddress option;
    in.skip(2);
    option.care_of.octets = in.array<4>();
    return option;
}

void Ipv4CareOfAddress::serialize(Writer& out) const {
    out.zeros(2);
    out.bytes(care_of.octets);
}

}  // namespace godwit::wire
