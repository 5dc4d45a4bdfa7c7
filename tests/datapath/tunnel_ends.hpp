#pragma once
// Both ends of a session, and packets to send through it.

#include <algorithm>
#include <cstdint>
#include <span>

#include "shared/datapath/packet_buffer.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/next_header.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::test {

inline const mobility::Path from_a{
    .interface = {}, .local = care_of_a.address, .remote = home_agent.address};
inline const mobility::Path from_b{
    .interface = {}, .local = care_of_b.address, .remote = home_agent.address};
inline const mobility::Path to_a{
    .interface = {}, .local = home_agent.address, .remote = care_of_a.address};
inline const mobility::Path to_b{
    .interface = {}, .local = home_agent.address, .remote = care_of_b.address};

// The keys of the mobile node's end; sessions of different numbers have different keys and SPIs.
inline security::TunnelKeys mobile_node_keys(
    int number = 1, security::Suite suite = security::Suite::chacha20_poly1305) {
    security::TunnelKeys keys{.suite = suite,
                              .inbound_spi = 0x8000'1000U + static_cast<std::uint32_t>(number),
                              .outbound_spi = 0x8000'2000U + static_cast<std::uint32_t>(number),
                              .inbound = {},
                              .outbound = {}};
    keys.inbound.key.fill(static_cast<std::uint8_t>(number));
    keys.outbound.key.fill(static_cast<std::uint8_t>(number + 100));
    return keys;
}

inline security::TunnelKeys other_end(const security::TunnelKeys& keys) {
    return {.suite = keys.suite,
            .inbound_spi = keys.outbound_spi,
            .outbound_spi = keys.inbound_spi,
            .inbound = keys.outbound,
            .outbound = keys.inbound};
}

inline security::TunnelKeys home_agent_keys(
    int number = 1, security::Suite suite = security::Suite::chacha20_poly1305) {
    return other_end(mobile_node_keys(number, suite));
}

inline mobility::SessionId session_of(const security::TunnelKeys& keys) {
    return {keys.inbound_spi};
}

// An IPv6 packet without an upper layer, of at least 40 octets.
inline wire::Bytes inner_packet(const wire::Ipv6Address& source,
                                const wire::Ipv6Address& destination, std::size_t size = 60) {
    wire::Bytes packet(size, 0xab);
    const wire::Ipv6Header header{
        .payload_length = static_cast<std::uint16_t>(size - wire::Ipv6Header::size),
        .source = source,
        .destination = destination};
    header.write(std::span(packet).first<wire::Ipv6Header::size>());
    return packet;
}

inline wire::Ipv4Address ipv4(const char* text) {
    return wire::Ipv4Address::parse(text).value();
}

// An IPv4 packet of a protocol that nobody knows, of at least 20 octets; DF is not set.
inline wire::Bytes ipv4_packet(const char* source, const char* destination, std::size_t size = 60) {
    wire::Bytes packet(size, 0xab);
    const wire::Ipv4Header header{.total_length = static_cast<std::uint16_t>(size),
                                  .protocol = wire::NextHeader::none,
                                  .source = ipv4(source),
                                  .destination = ipv4(destination)};
    header.write(std::span(packet).first<wire::Ipv4Header::size>());
    return packet;
}

// A Mobility Header that says nothing, as an inner packet.
inline wire::Bytes message_packet(const wire::Ipv6Address& source,
                                  const wire::Ipv6Address& destination) {
    constexpr std::size_t next_header_offset = 6;
    wire::Bytes packet = inner_packet(source, destination, 48);
    packet[next_header_offset] = static_cast<std::uint8_t>(wire::NextHeader::mobility);
    return packet;
}

inline void put(datapath::PacketBuffer& buffer, wire::BytesView packet) {
    std::ranges::copy(packet, buffer.room().begin());
    buffer.resize(packet.size());
}

}  // namespace godwit::test
