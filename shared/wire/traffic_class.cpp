#include "shared/wire/traffic_class.hpp"

#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::wire {
namespace {

constexpr std::size_t ipv4_checksum = 10;  // where it stands, in octets

bool is_ipv6(BytesView packet) {
    return packet.size() >= Ipv6Header::size && packet[0] >> 4U == 6;
}

bool is_ipv4(BytesView packet) {
    return packet.size() >= Ipv4Header::size && packet[0] >> 4U == 4;
}

std::uint16_t word_at(BytesView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

// Of a packet that is one of the two. The second octet has the field's last bits in IPv4, and in
// IPv6 the four behind them are of the flow label.
void put_ecn(std::span<std::uint8_t> packet, Ecn ecn) {
    const auto value = static_cast<unsigned>(ecn);
    if (is_ipv6(packet)) {
        packet[1] =
            static_cast<std::uint8_t>((packet[1] & ~(unsigned{ecn_bits} << 4U)) | value << 4U);
        return;
    }
    const std::uint16_t before = word_at(packet, 0);
    packet[1] = static_cast<std::uint8_t>((packet[1] & ~unsigned{ecn_bits}) | value);
    const std::uint16_t checksum =
        updated_checksum(word_at(packet, ipv4_checksum), before, word_at(packet, 0));
    packet[ipv4_checksum] = static_cast<std::uint8_t>(checksum >> 8U);
    packet[ipv4_checksum + 1] = static_cast<std::uint8_t>(checksum);
}

}  // namespace

std::optional<std::uint8_t> traffic_class_of(BytesView packet) {
    if (is_ipv6(packet)) {
        return static_cast<std::uint8_t>(word_at(packet, 0) >> 4U);
    }
    return is_ipv4(packet) ? std::optional(packet[1]) : std::nullopt;
}

bool mark_congestion(std::span<std::uint8_t> packet) {
    const auto traffic_class = traffic_class_of(packet);
    if (!traffic_class || ecn_of(*traffic_class) == Ecn::not_ect) {
        return false;
    }
    put_ecn(packet, Ecn::ce);
    return true;
}

bool combine_ecn(std::span<std::uint8_t> inner, Ecn outer) {
    const auto traffic_class = traffic_class_of(inner);
    if (!traffic_class) {
        return true;
    }
    const Ecn before = ecn_of(*traffic_class);
    const auto after = decapsulated(before, outer);
    if (after && *after != before) {
        put_ecn(inner, *after);
    }
    return after.has_value();
}

}  // namespace godwit::wire
