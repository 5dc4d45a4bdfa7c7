#include "shared/wire/options/mobile_network_prefix.hpp"

#include <expected>

namespace godwit::wire {

Parsed<MobileNetworkPrefix> MobileNetworkPrefix::parse(BytesView body) {
    constexpr std::uint8_t max_prefix_length = 128;
    if (body.size() != 18) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    MobileNetworkPrefix option;
    in.skip(1);
    option.prefix.length = in.integer<std::uint8_t>();
    option.prefix.address = Ipv6Address::read(in);
    if (option.prefix.length > max_prefix_length) {
        return std::unexpected(ParseError::bad_option);
    }
    return option;
}

void MobileNetworkPrefix::serialize(Writer& out) const {
    out.zeros(1);
    out.integer(prefix.length);
    out.bytes(prefix.address.octets);
}

}  // namespace godwit::wire
