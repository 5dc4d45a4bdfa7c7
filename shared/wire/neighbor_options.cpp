#include "shared/wire/neighbor_options.hpp"

#include <algorithm>
#include <expected>
#include <string_view>

namespace godwit::wire {
namespace {

constexpr std::size_t length_unit = 8;    // octets
constexpr std::size_t option_header = 2;  // octets: type and length

constexpr std::uint8_t source_link_layer_type = 1;
constexpr std::uint8_t target_link_layer_type = 2;
constexpr std::uint8_t prefix_information_type = 3;
constexpr std::uint8_t mtu_type = 5;
constexpr std::uint8_t advertisement_interval_type = 7;
constexpr std::uint8_t home_agent_information_type = 8;
constexpr std::uint8_t captive_portal_type = 37;

constexpr unsigned on_link_bit = 0x80;
constexpr unsigned autonomous_bit = 0x40;
constexpr unsigned router_address_bit = 0x20;

constexpr std::uint8_t max_prefix_length = 128;

PrefixInformation read_prefix_information(Reader& in) {
    PrefixInformation information;
    information.prefix.length = in.integer<std::uint8_t>();
    const unsigned flags = in.integer<std::uint8_t>();
    information.on_link = (flags & on_link_bit) != 0;
    information.autonomous = (flags & autonomous_bit) != 0;
    information.router_address = (flags & router_address_bit) != 0;
    information.valid_lifetime = Seconds(in.integer<std::uint32_t>());
    information.preferred_lifetime = Seconds(in.integer<std::uint32_t>());
    in.skip(4);
    information.prefix.address = Ipv6Address::read(in);
    return information;
}

HomeAgentInformation read_home_agent_information(Reader& in) {
    HomeAgentInformation information;
    in.skip(2);
    information.preference = in.integer<std::uint16_t>();
    information.lifetime = std::chrono::duration<std::uint16_t>(in.integer<std::uint16_t>());
    return information;
}

std::string read_captive_portal(Reader& in) {
    const BytesView octets = in.rest();
    std::string uri(octets.begin(), octets.end());
    uri.resize(uri.find_last_not_of('\0') + 1);
    return uri;
}

void read_option(std::uint8_t type, Reader& body, NeighborOptions& options) {
    switch (type) {
        case source_link_layer_type:
            options.source_link_layer = body.array<6>();
            break;
        case target_link_layer_type:
            options.target_link_layer = body.array<6>();
            break;
        case prefix_information_type:
            options.prefixes.push_back(read_prefix_information(body));
            break;
        case mtu_type:
            body.skip(2);
            options.mtu = body.integer<std::uint32_t>();
            break;
        case advertisement_interval_type:
            body.skip(2);
            options.advertisement_interval = Milliseconds(body.integer<std::uint32_t>());
            break;
        case home_agent_information_type:
            options.home_agent = read_home_agent_information(body);
            break;
        case captive_portal_type:
            options.captive_portal = read_captive_portal(body);
            break;
        default:
            body.rest();
    }
}

bool prefixes_are_valid(const NeighborOptions& options) {
    return std::ranges::all_of(options.prefixes, [](const PrefixInformation& information) {
        return information.prefix.length <= max_prefix_length;
    });
}

void write_header(Writer& out, std::uint8_t type, std::uint8_t units) {
    out.integer(type);
    out.integer(units);
}

void write_prefix_information(Writer& out, const PrefixInformation& information) {
    const unsigned flags = (information.on_link ? on_link_bit : 0U) |
                           (information.autonomous ? autonomous_bit : 0U) |
                           (information.router_address ? router_address_bit : 0U);
    write_header(out, prefix_information_type, 4);
    out.integer(information.prefix.length);
    out.integer(static_cast<std::uint8_t>(flags));
    out.integer(information.valid_lifetime.count());
    out.integer(information.preferred_lifetime.count());
    out.zeros(4);
    out.bytes(information.prefix.address.octets);
}

// What is too long for an option is cut off; nobody has such a thing to say.
void write_captive_portal(Writer& out, const std::string& uri) {
    constexpr std::size_t longest = 255 * length_unit - option_header;
    const std::string_view written = std::string_view(uri).substr(0, longest);
    const std::size_t units = (option_header + written.size() + length_unit - 1) / length_unit;
    write_header(out, captive_portal_type, static_cast<std::uint8_t>(units));
    for (const char octet : written) {
        out.integer(static_cast<std::uint8_t>(octet));
    }
    out.zeros(units * length_unit - option_header - written.size());
}

}  // namespace

Parsed<NeighborOptions> NeighborOptions::parse(Reader& in) {
    NeighborOptions options;
    while (in.remaining() > 0) {
        const auto type = in.integer<std::uint8_t>();
        const std::size_t length = length_unit * in.integer<std::uint8_t>();
        // RFC 4861 §4.6: a packet with an option of length zero MUST be silently discarded.
        if (length == 0) {
            return std::unexpected(ParseError::bad_option);
        }
        Reader body(in.take(length - option_header));
        read_option(type, body, options);
        if (in.truncated() || body.truncated() || body.remaining() > 0) {
            return std::unexpected(ParseError::bad_option);
        }
    }
    if (!prefixes_are_valid(options)) {
        return std::unexpected(ParseError::bad_option);
    }
    return options;
}

void NeighborOptions::serialize(Writer& out) const {
    if (source_link_layer) {
        write_header(out, source_link_layer_type, 1);
        out.bytes(*source_link_layer);
    }
    if (target_link_layer) {
        write_header(out, target_link_layer_type, 1);
        out.bytes(*target_link_layer);
    }
    for (const PrefixInformation& information : prefixes) {
        write_prefix_information(out, information);
    }
    if (mtu) {
        write_header(out, mtu_type, 1);
        out.zeros(2);
        out.integer(*mtu);
    }
    if (advertisement_interval) {
        write_header(out, advertisement_interval_type, 1);
        out.zeros(2);
        out.integer(advertisement_interval->count());
    }
    if (home_agent) {
        write_header(out, home_agent_information_type, 1);
        out.zeros(2);
        out.integer(home_agent->preference);
        out.integer(home_agent->lifetime.count());
    }
    if (captive_portal) {
        write_captive_portal(out, *captive_portal);
    }
}

}  // namespace godwit::wire
