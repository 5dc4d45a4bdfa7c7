#include "shared/wire/destination_options.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::uint8_t pad1 = 0;
constexpr std::uint8_t padn = 1;
constexpr std::uint8_t home_address_length = 16;    // octets
constexpr std::size_t padding_to_home_address = 2;  // octets in a PadN, so that it lies at 8n+6
constexpr std::size_t padding_alone = 4;            // octets in a PadN that fills the header

// RFC 8200 §4.2: of an option type not known here, the two highest bits say what is to be done.
bool may_be_skipped(std::uint8_t type) {
    return type >> 6U == 0;
}

Parsed<HomeAddress> parse_home_address(BytesView body) {
    if (body.size() != home_address_length) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    const HomeAddress home{Ipv6Address::read(in)};
    // RFC 6275 §9.3.1: packets whose home address is not a unicast routable address MUST be
    // dropped.
    if (!home.address.is_unicast_routable()) {
        return std::unexpected(ParseError::bad_address);
    }
    return home;
}

}  // namespace

Parsed<DestinationOptions> DestinationOptions::parse(BytesView header) {
    Reader in(header);
    DestinationOptions options;
    options.next_header = NextHeader{in.integer<std::uint8_t>()};
    in.skip(1);
    while (in.remaining() > 0) {
        const auto type = in.integer<std::uint8_t>();
        if (type == pad1) {
            continue;
        }
        const std::size_t length = in.integer<std::uint8_t>();
        const BytesView body = in.take(length);
        if (in.truncated()) {
            return std::unexpected(ParseError::bad_option);
        }
        if (type == home_address_type) {
            const auto home = parse_home_address(body);
            if (!home) {
                return std::unexpected(home.error());
            }
            // RFC 6275 §6.3: the Home Address option MUST NOT appear more than once.
            if (options.home_address) {
                return std::unexpected(ParseError::bad_extension_header);
            }
            options.home_address = *home;
        } else if (type != padn && !may_be_skipped(type)) {
            return std::unexpected(ParseError::bad_extension_header);
        }
    }
    return options;
}

void DestinationOptions::serialize(Writer& out) const {
    const std::size_t padding = home_address ? padding_to_home_address : padding_alone;
    out.integer(static_cast<std::uint8_t>(next_header));
    out.integer(home_address ? std::uint8_t{2} : std::uint8_t{0});  // 8 octets, less the first
    out.integer(padn);
    out.integer(static_cast<std::uint8_t>(padding));
    out.zeros(padding);
    if (home_address) {
        out.integer(home_address_type);
        out.integer(home_address_length);
        out.bytes(home_address->address.octets);
    }
}

}  // namespace godwit::wire
