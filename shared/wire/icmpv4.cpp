#include "shared/wire/icmpv4.hpp"

#include <algorithm>

#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv4_header.hpp"

namespace godwit::wire {
namespace {

constexpr std::size_t checksum_offset = 2;  // octets
constexpr std::size_t error_header = 8;     // octets: the first two words
constexpr std::size_t max_invoking_packet = 576 - Ipv4Header::size - error_header;

}  // namespace

Bytes FragmentationNeeded::serialize() const {
    Bytes octets;
    Writer out(octets);
    out.integer(type);
    out.integer(code);
    out.zeros(4);
    out.integer(mtu);
    out.bytes(
        BytesView(invoking_packet).first(std::min(invoking_packet.size(), max_invoking_packet)));
    const std::uint16_t checksum = internet_checksum(octets);
    octets[checksum_offset] = static_cast<std::uint8_t>(checksum >> 8U);
    octets[checksum_offset + 1] = static_cast<std::uint8_t>(checksum);
    return octets;
}

}  // namespace godwit::wire
