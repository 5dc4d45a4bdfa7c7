#include "shared/datapath/too_big_reply.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "shared/wire/extension_headers.hpp"
#include "shared/wire/icmpv4.hpp"
#include "shared/wire/icmpv6.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

constexpr wire::Ipv4Address dummy_address{{192, 0, 0, 8}};
constexpr std::uint8_t first_informational = 128;  // RFC 4443 §2.1
constexpr std::uint8_t redirect = 137;             // RFC 4861 §4.5

bool may_be_answered_by_icmpv6(const InnerPacket& packet) {
    const auto header = wire::Ipv6Header::parse(packet.bytes);
    if (!header || header->source.is_unspecified() || header->source.is_multicast()) {
        return false;
    }
    const auto chain = wire::walk_extension_headers(*header, packet.bytes);
    if (!chain || (chain->fragment && chain->fragment->offset != 0)) {
        return false;
    }
    if (chain->upper_layer != wire::NextHeader::icmpv6) {
        return true;
    }
    return !chain->payload.empty() && chain->payload[0] >= first_informational &&
           chain->payload[0] != redirect;
}

bool may_be_answered_by_icmpv4(const InnerPacket& packet) {
    if (packet.fragment_offset != 0) {
        return false;
    }
    const auto payload = packet.payload();
    return packet.content != wire::NextHeader::icmp ||
           (!payload.empty() && !wire::is_icmpv4_error(payload[0]));
}

wire::Bytes reply_over_ipv6(const InnerPacket& packet, const wire::Icmpv6Message& message,
                            const wire::HomeAgentAddress& home_agent) {
    const wire::PseudoHeader addresses{home_agent.address, packet.source};
    const wire::Bytes error = wire::serialize_icmpv6(message, addresses);
    wire::Bytes reply(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(error.size()),
                     .next_header = wire::NextHeader::icmpv6,
                     .source = addresses.source,
                     .destination = addresses.destination}
        .write(std::span(reply).first<wire::Ipv6Header::size>());
    reply.insert(reply.end(), error.begin(), error.end());
    return reply;
}

wire::Bytes reply_over_ipv4(const InnerPacket& packet, std::uint32_t mtu) {
    constexpr std::uint32_t longest = std::numeric_limits<std::uint16_t>::max();
    const wire::Bytes error = wire::FragmentationNeeded{
        .mtu = static_cast<std::uint16_t>(std::min(mtu, longest)),
        .invoking_packet = {
            packet.bytes.begin(),
            packet.bytes.end()}}.serialize();
    wire::Bytes reply(wire::Ipv4Header::size);
    wire::Ipv4Header{
        .total_length = static_cast<std::uint16_t>(wire::Ipv4Header::size + error.size()),
        .protocol = wire::NextHeader::icmp,
        .source = dummy_address,
        .destination = packet.source.mapped_ipv4().value_or(wire::Ipv4Address{})}
        .write(std::span(reply).first<wire::Ipv4Header::size>());
    reply.insert(reply.end(), error.begin(), error.end());
    return reply;
}

}  // namespace

std::optional<wire::Bytes> too_big_reply(const InnerPacket& packet, std::uint32_t mtu,
                                         const wire::HomeAgentAddress& home_agent) {
    if (packet.is_ipv4) {
        return may_be_answered_by_icmpv4(packet) ? std::optional(reply_over_ipv4(packet, mtu))
                                                 : std::nullopt;
    }
    return may_be_answered_by_icmpv6(packet)
               ? std::optional(reply_over_ipv6(
                     packet, wire::PacketTooBig{mtu, {packet.bytes.begin(), packet.bytes.end()}},
                     home_agent))
               : std::nullopt;
}

std::optional<wire::Bytes> parameter_problem_reply(const InnerPacket& packet, std::uint32_t pointer,
                                                   const wire::HomeAgentAddress& home_agent) {
    if (packet.is_ipv4 || !may_be_answered_by_icmpv6(packet)) {
        return std::nullopt;
    }
    return reply_over_ipv6(
        packet,
        wire::ParameterProblem{.code = wire::ParameterProblem::Code::erroneous_header_field,
                               .pointer = pointer,
                               .invoking_packet = {packet.bytes.begin(), packet.bytes.end()}},
        home_agent);
}

}  // namespace godwit::datapath
