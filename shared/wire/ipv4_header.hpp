#pragma once
// RFC 791 §3.1, without options: Godwit neither sends nor takes any.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version|  IHL  |Type of Service|          Total Length         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         Identification        |0|D|M|      Fragment Offset    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Time to Live |    Protocol   |         Header Checksum       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       Source Address                          |
//   |                    Destination Address                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct Ipv4Header {
    static constexpr std::size_t size = 20;  // octets

    std::uint8_t type_of_service = 0;
    std::uint16_t total_length = 0;  // octets, with this header
    std::uint16_t identification = 0;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::uint16_t fragment_offset = 0;  // octets, a multiple of 8
    std::uint8_t time_to_live = 64;
    NextHeader protocol = NextHeader::none;
    Ipv4Address source;
    Ipv4Address destination;

    bool operator==(const Ipv4Header&) const = default;
    // The first 20 octets of a packet; the checksum is not looked at. Options are a
    // bad_extension_header, a total length of less than the header a bad_length.
    static Parsed<Ipv4Header> parse(BytesView packet);
    // With its checksum.
    void write(std::span<std::uint8_t, size> out) const;
    // As many octets behind the header as the total length says.
    [[nodiscard]] Parsed<BytesView> payload_of(BytesView packet) const;
};

}  // namespace godwit::wire
