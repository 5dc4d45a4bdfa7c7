#include "shared/wire/icmpv6.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <utility>

namespace godwit::wire {
namespace {

constexpr std::uint8_t hop_limit_of_neighbors = 255;  // RFC 4861: no router has forwarded it
constexpr std::size_t checksum_offset = 2;            // octets
constexpr std::size_t minimum_mtu = 1280;             // octets
constexpr std::size_t error_header = 8;               // octets: the first two words
constexpr std::size_t max_invoking_packet = minimum_mtu - Ipv6Header::size - error_header;

Bytes read_invoking_packet(Reader& in) {
    const BytesView packet = in.rest();
    return {packet.begin(), packet.end()};
}

// The word behind type, code and checksum, and the invoking packet.
Parsed<Icmpv6Message> parse_error(std::uint8_t type, std::uint8_t code, Reader& in) {
    const auto word = in.integer<std::uint32_t>();
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    switch (type) {
        case DestinationUnreachable::type:
            return DestinationUnreachable{DestinationUnreachable::Code{code},
                                          read_invoking_packet(in)};
        case PacketTooBig::type:
            return PacketTooBig{word, read_invoking_packet(in)};
        case ParameterProblem::type:
            return ParameterProblem{ParameterProblem::Code{code}, word, read_invoking_packet(in)};
        default:
            return std::unexpected(ParseError::unexpected_protocol);
    }
}

// RFC 4861 §6.1.1, §7.1.1: what comes from no address yet names no link-layer address of it.
bool names_unknown_source(const Ipv6Header& header, const NeighborOptions& options) {
    return header.source.is_unspecified() && options.source_link_layer.has_value();
}

bool is_solicited_node_multicast(const Ipv6Address& address) {
    constexpr std::array<std::uint8_t, 13> prefix{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    return std::ranges::equal(BytesView(address.octets).first<prefix.size()>(), prefix);
}

bool has_valid_addresses(const Ipv6Header& header, const RouterSolicitation& solicitation) {
    return !names_unknown_source(header, solicitation.options);
}

bool has_valid_addresses(const Ipv6Header& header, const RouterAdvertisement& /*advertisement*/) {
    return header.source.is_link_local();
}

bool has_valid_addresses(const Ipv6Header& header, const NeighborSolicitation& solicitation) {
    return !header.source.is_unspecified() || (is_solicited_node_multicast(header.destination) &&
                                               !names_unknown_source(header, solicitation.options));
}

bool has_valid_addresses(const Ipv6Header& header, const NeighborAdvertisement& advertisement) {
    return !header.destination.is_multicast() || !advertisement.solicited;
}

template <class Message>
Parsed<Icmpv6Message> parse_neighbor(const Ipv6Header& header, std::uint8_t code, Reader& in) {
    if (header.hop_limit != hop_limit_of_neighbors) {
        return std::unexpected(ParseError::not_from_this_link);
    }
    if (code != 0) {
        return std::unexpected(ParseError::unexpected_protocol);
    }
    auto message = Message::parse(in);
    if (!message) {
        return std::unexpected(message.error());
    }
    if (!has_valid_addresses(header, *message)) {
        return std::unexpected(ParseError::bad_address);
    }
    return *std::move(message);
}

// RFC 6275 §6.5 to §6.8: these come from anywhere.
template <class Message>
Parsed<Icmpv6Message> parse_from_afar(std::uint8_t code, Reader& in) {
    if (code != 0) {
        return std::unexpected(ParseError::unexpected_protocol);
    }
    auto message = Message::parse(in);
    if (!message) {
        return std::unexpected(message.error());
    }
    return *std::move(message);
}

Parsed<Icmpv6Message> parse_body(const Ipv6Header& header, std::uint8_t type, std::uint8_t code,
                                 Reader& in) {
    switch (type) {
        case RouterSolicitation::type:
            return parse_neighbor<RouterSolicitation>(header, code, in);
        case RouterAdvertisement::type:
            return parse_neighbor<RouterAdvertisement>(header, code, in);
        case NeighborSolicitation::type:
            return parse_neighbor<NeighborSolicitation>(header, code, in);
        case NeighborAdvertisement::type:
            return parse_neighbor<NeighborAdvertisement>(header, code, in);
        case HomeAgentDiscoveryRequest::type:
            return parse_from_afar<HomeAgentDiscoveryRequest>(code, in);
        case HomeAgentDiscoveryReply::type:
            return parse_from_afar<HomeAgentDiscoveryReply>(code, in);
        case MobilePrefixSolicitation::type:
            return parse_from_afar<MobilePrefixSolicitation>(code, in);
        case MobilePrefixAdvertisement::type:
            return parse_from_afar<MobilePrefixAdvertisement>(code, in);
        default:
            return parse_error(type, code, in);
    }
}

void serialize_error(Writer& out, std::uint32_t word, const Bytes& invoking_packet) {
    out.integer(word);
    out.bytes(
        BytesView(invoking_packet).first(std::min(invoking_packet.size(), max_invoking_packet)));
}

void serialize_body(Writer& out, const DestinationUnreachable& error) {
    serialize_error(out, 0, error.invoking_packet);
}

void serialize_body(Writer& out, const PacketTooBig& error) {
    serialize_error(out, error.mtu, error.invoking_packet);
}

void serialize_body(Writer& out, const ParameterProblem& error) {
    serialize_error(out, error.pointer, error.invoking_packet);
}

void serialize_body(Writer& out, const auto& message) {
    message.serialize(out);
}

std::uint8_t code_of(const auto& message) {
    if constexpr (requires { message.code; }) {
        return static_cast<std::uint8_t>(message.code);
    } else {
        return 0;
    }
}

}  // namespace

Parsed<Icmpv6Message> parse_icmpv6(const Ipv6Header& header, BytesView in) {
    Reader reader(in);
    const auto type = reader.integer<std::uint8_t>();
    const auto code = reader.integer<std::uint8_t>();
    reader.skip(2);
    if (reader.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    if (upper_layer_checksum({header.source, header.destination}, NextHeader::icmpv6, in) != 0) {
        return std::unexpected(ParseError::bad_checksum);
    }
    if (header.source.is_multicast()) {  // RFC 4291 §2.7; whoever answered would answer a group
        return std::unexpected(ParseError::bad_address);
    }
    return parse_body(header, type, code, reader);
}

Bytes serialize_icmpv6(const Icmpv6Message& message, const PseudoHeader& addresses) {
    Bytes octets;
    Writer out(octets);
    std::visit(
        [&out](const auto& known) {
            out.integer(known.type);
            out.integer(code_of(known));
            out.zeros(2);
            serialize_body(out, known);
        },
        message);
    const std::uint16_t checksum = upper_layer_checksum(addresses, NextHeader::icmpv6, octets);
    octets[checksum_offset] = static_cast<std::uint8_t>(checksum >> 8U);
    octets[checksum_offset + 1] = static_cast<std::uint8_t>(checksum);
    return octets;
}

}  // namespace godwit::wire
