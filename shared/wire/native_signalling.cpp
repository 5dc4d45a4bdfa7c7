#include "shared/wire/native_signalling.hpp"

#include <cassert>
#include <expected>
#include <limits>

#include "shared/wire/destination_options.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/type2_routing_header.hpp"

namespace godwit::wire {
namespace {

constexpr std::size_t routing_type_offset = 2;     // octets into a routing header
constexpr std::size_t segments_left_offset = 3;    // octets into a routing header
constexpr std::size_t message_type_offset = 2;     // octets into a Mobility Header
constexpr std::size_t revocation_type_offset = 6;  // octets into a Mobility Header
constexpr std::size_t least_mobility_header = 8;   // octets

std::optional<ParseError> read_destination_options(BytesView header, SignallingPacket& packet) {
    const auto options = DestinationOptions::parse(header);
    if (!options) {
        return options.error();
    }
    if (!options->home_address) {
        return std::nullopt;
    }
    // RFC 6275 §6.3: not more than once for each IPv6 header.
    if (packet.home_address_option) {
        return ParseError::bad_extension_header;
    }
    packet.home_address_option = options->home_address;
    return std::nullopt;
}

std::optional<ParseError> read_routing_header(BytesView header, SignallingPacket& packet) {
    if (header[routing_type_offset] != Type2RoutingHeader::routing_type) {
        // RFC 8200 §4.4: of an unknown routing type, ignored if no segments are left.
        return header[segments_left_offset] == 0 ? std::nullopt
                                                 : std::optional(ParseError::bad_extension_header);
    }
    const auto routing = Type2RoutingHeader::parse(header);
    if (!routing) {
        return routing.error();
    }
    // RFC 6275 §6.3: the Home Address option stands after the routing header.
    if (packet.routing_header || packet.home_address_option) {
        return ParseError::bad_extension_header;
    }
    packet.routing_header = routing->home;
    return std::nullopt;
}

std::optional<ParseError> read_extension_header(const ExtensionHeader& header,
                                                SignallingPacket& packet) {
    switch (header.type) {
        case NextHeader::destination_options:
            return read_destination_options(header.bytes, packet);
        case NextHeader::routing:
            return read_routing_header(header.bytes, packet);
        default:
            return std::nullopt;
    }
}

bool home_addresses_are_allowed(const SignallingPacket& packet) {
    const std::uint8_t type = packet.mobility_header[message_type_offset];
    if (!is_known_message_type(type)) {
        return true;
    }
    const auto is_revocation = [&](std::uint8_t revocation_type) {
        return type == BindingRevocationIndication::type &&
               packet.mobility_header[revocation_type_offset] == revocation_type;
    };
    return (!packet.home_address_option || type == BindingUpdate::type ||
            is_revocation(BindingRevocationAcknowledgement::revocation_type)) &&
           (!packet.routing_header || type == BindingAcknowledgement::type ||
            type == HomeAgentSwitch::type || type == ExperimentalMessage::type ||
            is_revocation(BindingRevocationIndication::revocation_type));
}

}  // namespace

PseudoHeader SignallingPacket::pseudo_header() const {
    return {.source = home_address_option ? home_address_option->address : source,
            .destination = routing_header ? routing_header->address : destination};
}

Parsed<SignallingPacket> SignallingPacket::parse(BytesView packet) {
    const auto header = Ipv6Header::parse(packet);
    if (!header) {
        return std::unexpected(header.error());
    }
    const auto chain = walk_extension_headers(*header, packet);
    if (!chain) {
        return std::unexpected(chain.error());
    }
    if (chain->upper_layer != NextHeader::mobility ||
        (chain->fragment && !chain->fragment->is_atomic())) {
        return std::unexpected(ParseError::unexpected_protocol);
    }
    SignallingPacket signalling;
    signalling.source = header->source;
    signalling.destination = header->destination;
    for (const ExtensionHeader& extension : chain->extension_headers) {
        if (const auto error = read_extension_header(extension, signalling)) {
            return std::unexpected(*error);
        }
    }
    if (chain->payload.size() < least_mobility_header) {
        return std::unexpected(ParseError::truncated);
    }
    signalling.mobility_header.assign(chain->payload.begin(), chain->payload.end());
    if (!home_addresses_are_allowed(signalling)) {
        return std::unexpected(ParseError::bad_extension_header);
    }
    return signalling;
}

Bytes SignallingPacket::serialize() const {
    Bytes packet;
    Writer out(packet);
    out.zeros(Ipv6Header::size);
    Ipv6Header header{
        .next_header = NextHeader::mobility, .source = source, .destination = destination};
    // RFC 6275 §6.3: the Home Address option comes after the routing header.
    const NextHeader behind_routing =
        home_address_option ? NextHeader::destination_options : NextHeader::mobility;
    if (routing_header) {
        header.next_header = NextHeader::routing;
        Type2RoutingHeader{behind_routing, *routing_header}.serialize(out);
    } else {
        header.next_header = behind_routing;
    }
    if (home_address_option) {
        DestinationOptions{NextHeader::mobility, home_address_option}.serialize(out);
    }
    out.bytes(mobility_header);
    const std::size_t payload_length = packet.size() - Ipv6Header::size;
    assert(payload_length <= std::numeric_limits<std::uint16_t>::max());
    header.payload_length = static_cast<std::uint16_t>(payload_length);
    header.write(std::span(packet).first<Ipv6Header::size>());
    return packet;
}

}  // namespace godwit::wire
