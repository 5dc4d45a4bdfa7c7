#include "tests/platform/ipv4_datagram.hpp"

namespace godwit::platform {

wire::Bytes ipv4_datagram(wire::Ipv4Address from, wire::Ipv4Address to, std::uint16_t from_port,
                          std::uint16_t to_port) {
    constexpr std::size_t checksum = 10;  // where it stands in the header
    wire::Bytes packet;
    wire::Writer out(packet);
    out.integer(std::uint32_t{0x4500001c});  // 28 octets
    out.integer(std::uint32_t{0x00000000});
    out.integer(std::uint32_t{0x40110000});  // UDP; the checksum comes last
    out.bytes(from.octets);
    out.bytes(to.octets);
    std::uint32_t sum = 0;
    for (std::size_t octet = 0; octet < packet.size(); octet += 2) {
        sum += std::uint32_t{packet[octet]} << 8U | packet[octet + 1];
    }
    sum = ~(sum % 0xffffU) & 0xffffU;
    packet[checksum] = static_cast<std::uint8_t>(sum >> 8U);
    packet[checksum + 1] = static_cast<std::uint8_t>(sum);
    out.integer(from_port);
    out.integer(to_port);
    out.integer(std::uint32_t{0x00080000});  // 8 octets, no checksum
    return packet;
}

}  // namespace godwit::platform
