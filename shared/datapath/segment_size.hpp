#pragma once
// Who opens a TCP connection through a tunnel is told of segments that the path takes in one piece,
// whether ICMP gets through or not (RFC 9293 §3.7.1, RFC 6691).

#include <cstdint>

#include "shared/datapath/inner_packet.hpp"

namespace godwit::datapath {

// Lowers the Maximum Segment Size option of a SYN to what fits into an inner packet of `whole`
// octets; never raises it. The checksum is made to fit (RFC 1624). Only in TCP right behind the IP
// header, with all of its own header there: what is hidden in fragments or behind extension headers
// stays.
void clamp_segment_size(const InnerPacket& packet, std::uint32_t whole);

}  // namespace godwit::datapath
