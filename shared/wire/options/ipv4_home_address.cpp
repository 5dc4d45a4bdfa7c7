#include "shared/wire/options/ipv4_home_address.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr unsigned prefix_shift = 10;
constexpr unsigned request_prefix_bit = 0x0200;

}  // namespace

Parsed<Ipv4HomeAddress> Ipv4HomeAddress::parse(BytesView body) {
    if (body.size() != 6) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    Ipv4HomeAddress option;
    const auto bits = in.integer<std::uint16_t>();
    option.prefix_length = static_cast<std::uint8_t>(bits >> prefix_shift);
    option.request_prefix = (bits & request_prefix_bit) != 0;
    option.home.octets = in.array<4>();
    return option;
}

void Ipv4HomeAddress::serialize(Writer& out) const {
    const unsigned bits =
        unsigned{prefix_length} << prefix_shift | (request_prefix ? request_prefix_bit : 0U);
    out.integer(static_cast<std::uint16_t>(bits));
    out.bytes(home.octets);
}

}  // namespace godwit::wire
