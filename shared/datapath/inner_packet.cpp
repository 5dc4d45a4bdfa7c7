#include "shared/datapath/inner_packet.hpp"

#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {

std::expected<InnerPacket, DropReason> InnerPacket::parse(std::span<std::uint8_t> bytes) {
    constexpr unsigned version = 6;
    if (!bytes.empty() && bytes[0] >> 4U != version) {
        return std::unexpected(DropReason::not_ipv6);
    }
    const auto header = wire::Ipv6Header::parse(bytes);
    if (!header) {
        return std::unexpected(DropReason::malformed);
    }
    const auto payload = header->payload_of(bytes);
    if (!payload) {
        return std::unexpected(DropReason::malformed);
    }
    const wire::Ipv6Address& destination = header->destination;
    const bool is_beyond_its_scope = destination.is_link_local() || destination.is_multicast() ||
                                     destination.is_loopback() || header->source.is_link_local() ||
                                     header->source.is_loopback();
    if (is_beyond_its_scope) {
        return std::unexpected(DropReason::not_tunnelled);
    }
    return InnerPacket{header->source, destination,
                       bytes.first(wire::Ipv6Header::size + payload->size())};
}

}  // namespace godwit::datapath
