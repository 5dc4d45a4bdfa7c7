#include "shared/wire/options/authentication_option.hpp"

#include <expected>

namespace godwit::wire {

Parsed<AuthenticationOption> AuthenticationOption::parse(BytesView body) {
    constexpr std::size_t fixed_part = 5;  // octets: subtype and SPI
    if (body.size() < fixed_part) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    AuthenticationOption option;
    option.subtype = in.integer<std::uint8_t>();
    option.spi = in.integer<std::uint32_t>();
    const BytesView authenticator = in.rest();
    option.authenticator.assign(authenticator.begin(), authenticator.end());
    return option;
}

void AuthenticationOption::serialize(Writer& out) const {
    out.integer(subtype);
    out.integer(spi);
    out.bytes(authenticator);
}

}  // namespace godwit::wire
