#include "shared/datapath/inner_packet.hpp"

#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

constexpr unsigned ipv4_words = 5;  // of 32 bits, in a header without options

// RFC 4291 §2.4, §2.5.5.2. All of these begin with one of three octets, and hardly any other
// address does.
bool is_beyond_its_scope(const wire::Ipv6Address& address) {
    const std::uint8_t first = address.octets[0];
    return (first == 0 || first >= 0xfe) &&
           (address.is_link_local() || address.is_loopback() || address.mapped_ipv4().has_value());
}

bool is_beyond_its_scope(const wire::Ipv6Header& header) {
    return is_beyond_its_scope(header.source) || is_beyond_its_scope(header.destination) ||
           header.destination.is_multicast();
}

// RFC 6890: this network, loopback, link-local; from 224.0.0.0 on multicast, reserved, broadcast.
bool is_beyond_its_scope(const wire::Ipv4Address& address) {
    constexpr std::uint8_t first_multicast = 224;
    const auto& octets = address.octets;
    return octets[0] == 0 || octets[0] == 127 || (octets[0] == 169 && octets[1] == 254) ||
           octets[0] >= first_multicast;
}

std::expected<InnerPacket, DropReason> parse_ipv6(std::span<std::uint8_t> bytes) {
    const auto header = wire::Ipv6Header::parse(bytes);
    if (!header) {
        return std::unexpected(DropReason::malformed);
    }
    const auto payload = header->payload_of(bytes);
    if (!payload) {
        return std::unexpected(DropReason::malformed);
    }
    if (is_beyond_its_scope(*header)) {
        return std::unexpected(DropReason::not_tunnelled);
    }
    return InnerPacket{.source = header->source,
                       .destination = header->destination,
                       .content = header->next_header,
                       .traffic_class = header->traffic_class,
                       .bytes = bytes.first(wire::Ipv6Header::size + payload->size())};
}

std::expected<InnerPacket, DropReason> parse_ipv4(std::span<std::uint8_t> bytes) {
    if ((bytes[0] & 0xfU) > ipv4_words) {
        return std::unexpected(DropReason::ipv4_options);
    }
    const auto header = wire::Ipv4Header::parse(bytes);
    if (!header || !header->payload_of(bytes)) {
        return std::unexpected(DropReason::malformed);
    }
    if (is_beyond_its_scope(header->source) || is_beyond_its_scope(header->destination)) {
        return std::unexpected(DropReason::not_tunnelled);
    }
    return InnerPacket{.is_ipv4 = true,
                       .source = wire::Ipv6Address::mapped(header->source),
                       .destination = wire::Ipv6Address::mapped(header->destination),
                       .content = header->protocol,
                       .fragment_offset = header->fragment_offset,
                       .dont_fragment = header->dont_fragment,
                       .traffic_class = header->type_of_service,
                       .bytes = bytes.first(header->total_length)};
}

}  // namespace

std::span<std::uint8_t> InnerPacket::payload() const {
    return bytes.subspan(is_ipv4 ? wire::Ipv4Header::size : wire::Ipv6Header::size);
}

std::optional<std::uint32_t> InnerPacket::find_spent_limit() const {
    const auto limit = wire::find_encapsulation_limit(content, payload());
    return limit && limit->further == 0
               ? std::optional(static_cast<std::uint32_t>(wire::Ipv6Header::size + limit->offset))
               : std::nullopt;
}

std::expected<InnerPacket, DropReason> InnerPacket::parse(std::span<std::uint8_t> bytes) {
    if (bytes.empty()) {
        return std::unexpected(DropReason::malformed);
    }
    switch (bytes[0] >> 4U) {
        case 6:
            return parse_ipv6(bytes);
        case 4:
            return parse_ipv4(bytes);
        default:
            return std::unexpected(DropReason::not_ip);
    }
}

}  // namespace godwit::datapath
