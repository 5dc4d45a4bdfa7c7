#pragma once
// Where the fields stand that change when a packet is divided or merged, in octets from the
// beginning of their header; and how they are read and written where they lie.

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::datapath::field {

namespace ipv4 {  // RFC 791 §3.1
inline constexpr std::size_t total_length = 2;
inline constexpr std::size_t identification = 4;
inline constexpr std::size_t fragment = 6;
inline constexpr std::size_t time_to_live = 8;
inline constexpr std::size_t protocol = 9;
inline constexpr std::size_t checksum = 10;
inline constexpr std::size_t addresses = 12;
inline constexpr std::size_t addresses_size = 8;
inline constexpr std::uint16_t dont_fragment_bit = 0x4000;
}  // namespace ipv4

namespace ipv6 {  // RFC 8200 §3
inline constexpr std::size_t payload_length = 4;
inline constexpr std::size_t next_header = 6;
inline constexpr std::size_t hop_limit = 7;
inline constexpr std::size_t addresses = 8;
inline constexpr std::size_t addresses_size = 32;
}  // namespace ipv6

inline constexpr std::size_t ports_size = 4;  // the first octets of TCP and UDP

namespace tcp {  // RFC 9293 §3.1
inline constexpr std::size_t least_header = 20;
inline constexpr std::size_t sequence = 4;
inline constexpr std::size_t acknowledgment = 8;
inline constexpr std::size_t data_offset = 12;
inline constexpr std::size_t flags = 13;
inline constexpr std::size_t window = 14;
inline constexpr std::size_t checksum = 16;
inline constexpr std::size_t urgent_pointer = 18;
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
inline constexpr std::uint8_t cwr = 0x80;
}  // namespace tcp

namespace udp {  // RFC 768
inline constexpr std::size_t header = 8;
inline constexpr std::size_t length = 4;
inline constexpr std::size_t checksum = 6;
}  // namespace udp

inline std::uint16_t word_at(wire::BytesView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

inline std::uint32_t number_at(wire::BytesView octets, std::size_t at) {
    return static_cast<std::uint32_t>(word_at(octets, at)) << 16U | word_at(octets, at + 2);
}

inline void put_word(std::span<std::uint8_t> octets, std::size_t at, std::size_t word) {
    octets[at] = static_cast<std::uint8_t>(word >> 8U);
    octets[at + 1] = static_cast<std::uint8_t>(word);
}

inline void put_number(std::span<std::uint8_t> octets, std::size_t at, std::uint32_t number) {
    put_word(octets, at, number >> 16U);
    put_word(octets, at + 2, number & 0xffffU);
}

// The pseudo-header's without the upper layer's length (RFC 9293 §3.1, RFC 8200 §8.1).
inline wire::InternetSum pseudo_header_sum(wire::BytesView packet, bool is_ipv4,
                                           wire::NextHeader protocol) {
    wire::InternetSum sum;
    sum.add(is_ipv4 ? packet.subspan(ipv4::addresses, ipv4::addresses_size)
                    : packet.subspan(ipv6::addresses, ipv6::addresses_size));
    sum.add_number(static_cast<std::uint8_t>(protocol));
    return sum;
}

inline void put_ipv4_checksum(std::span<std::uint8_t> header) {
    put_word(header, ipv4::checksum, 0);
    put_word(header, ipv4::checksum, wire::internet_checksum(header));
}

}  // namespace godwit::datapath::field
