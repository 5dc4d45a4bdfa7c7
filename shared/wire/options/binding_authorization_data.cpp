#include "shared/wire/options/binding_authorization_data.hpp"

#include <expected>

namespace godwit::wire {

Parsed<BindingAuthorizationData> BindingAuthorizationData::parse(BytesView body) {
    if (body.size() != 12) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    BindingAuthorizationData option;
    option.authenticator = in.array<12>();
    return option;
}

void BindingAuthorizationData::serialize(Writer& out) const {
    out.bytes(authenticator);
}

}  // namespace godwit::wire
