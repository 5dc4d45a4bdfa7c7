#include "shared/wire/options/alternate_care_of_address.hpp"

#include <expected>

namespace godwit::wire {

Parsed<AlternateCareOfAddress> AlternateCareOfAddress::parse(BytesView body) {
    if (body.size() != 16) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    AlternateCareOfAddress option;
    option.care_of.address = Ipv6Address::read(in);
    return option;
}

void AlternateCareOfAddress::serialize(Writer& out) const {
    out.bytes(care_of.address.octets);
}

}  // namespace godwit::wire
