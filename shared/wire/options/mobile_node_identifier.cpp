#include "shared/wire/options/mobile_node_identifier.hpp"

#include <expected>

namespace godwit::wire {

Parsed<MobileNodeIdentifier> MobileNodeIdentifier::parse(BytesView body) {
    if (body.empty()) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    MobileNodeIdentifier option;
    option.subtype = in.integer<std::uint8_t>();
    const BytesView identifier = in.rest();
    option.identifier.assign(identifier.begin(), identifier.end());
    return option;
}

void MobileNodeIdentifier::serialize(Writer& out) const {
    out.integer(subtype);
    for (const char character : identifier) {
        out.integer(static_cast<std::uint8_t>(character));
    }
}

}  // namespace godwit::wire
