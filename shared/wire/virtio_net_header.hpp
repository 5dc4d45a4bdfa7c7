#pragma once
// What stands in front of every packet of a TUN device that was opened with IFF_VNET_HDR: struct
// virtio_net_hdr of virtio 1.2 §5.1.6, in the byte order of this machine, as Linux has it unless
// asked for another.
//
//    0               1               2       4       6       8      10
//   +---------------+---------------+-------+-------+-------+-------+
//   | flags         | segmentation  | header| seg-  | check-| check-|
//   | 1: needs sum  | 1: TCP, IPv4  | length| ment  | sum   | sum   |
//   | 2: data valid | 4: TCP, IPv6  |       | size  | start | offset|
//   |               | 5: UDP        |       |       |       |       |
//   |               | +128: ECN     |       |       |       |       |
//   +---------------+---------------+-------+-------+-------+-------+

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct VirtioNetHeader {
    static constexpr std::size_t size = 10;  // octets

    enum class Segmentation : std::uint8_t { none, tcp_ipv4, tcp_ipv6, udp };

    // The checksum field holds the pseudo-header's sum; the rest is to be added, from
    // checksum_start to the packet's end.
    bool needs_checksum = false;
    bool data_valid = false;  // the checksum has been verified
    Segmentation segmentation = Segmentation::none;
    bool ecn = false;  // TCP alone: the first segment has CWR set, the others must not
    // All in octets. Of a forwarded packet Linux says any header_length: nobody may rely on it.
    std::uint16_t header_length = 0;
    std::uint16_t segment_size = 0;     // of payload
    std::uint16_t checksum_start = 0;   // from the packet's first octet
    std::uint16_t checksum_offset = 0;  // from checksum_start

    bool operator==(const VirtioNetHeader&) const = default;
    // The first 10 octets. Any other segmentation, fragments of UDP (UFO) for one, is an
    // unexpected_protocol; flags that nobody asked for are ignored, as §5.1.6.4 wants it.
    static Parsed<VirtioNetHeader> parse(BytesView octets);
    void write(std::span<std::uint8_t, size> out) const;
};

}  // namespace godwit::wire
