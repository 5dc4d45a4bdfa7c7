#include "shared/wire/options/nonce_indices.hpp"

#include <expected>

namespace godwit::wire {

Parsed<NonceIndices> NonceIndices::parse(BytesView body) {
    if (body.size() != 4) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    NonceIndices option;
    option.home = in.integer<std::uint16_t>();
    option.care_of = in.integer<std::uint16_t>();
    return option;
}

void NonceIndices::serialize(Writer& out) const {
    out.integer(home);
    out.integer(care_of);
}

}  // namespace godwit::wire
