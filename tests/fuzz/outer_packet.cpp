// Outer packets in fragments, and the ICMP that comes back: what is cut is whole again when it is
// put together, and no fragment is longer than it may be.

#include "shared/wire/outer_packet.hpp"

#include <algorithm>

#include "shared/wire/checksum.hpp"
#include "shared/wire/echo.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/fragment_header.hpp"
#include "shared/wire/icmpv4.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 4096;  // octets

wire::BytesView fragment_of_ipv4(wire::BytesView packet, std::size_t offset, bool is_last) {
    const auto header = wire::Ipv4Header::parse(packet);
    fuzz::require(header && header->fragment_offset == offset);
    fuzz::require(header->more_fragments == !is_last);
    fuzz::require(wire::internet_checksum(packet.first(wire::Ipv4Header::size)) == 0);
    return header->payload_of(packet).value();
}

wire::BytesView fragment_of_ipv6(wire::BytesView packet, std::size_t offset, bool is_last) {
    const auto header = wire::Ipv6Header::parse(packet).value();
    const auto payload = header.payload_of(packet).value();
    if (header.next_header != wire::NextHeader::fragment) {
        fuzz::require(offset == 0 && is_last);
        return payload;
    }
    const auto fragment = wire::FragmentHeader::parse(payload);
    fuzz::require(fragment && fragment->offset == offset);
    fuzz::require(fragment->more_fragments == !is_last);
    return payload.subspan(wire::FragmentHeader::size);
}

void fragment(fuzz::Input input) {
    constexpr std::size_t address = 16;
    const std::uint8_t choice = input.octet();
    const bool is_ipv4 = (choice & 1U) != 0;
    wire::OuterPacket outer{.protocol = wire::NextHeader::esp,
                            .traffic_class = input.octet(),
                            .longest = input.number<std::uint16_t>(),
                            .dont_fragment = (choice & 2U) != 0,
                            .identification = input.number<std::uint32_t>()};
    for (wire::Ipv6Address* end : {&outer.source, &outer.destination}) {
        std::ranges::copy(input.take(address), end->octets.begin());
        if (is_ipv4) {
            *end = wire::Ipv6Address::mapped({{end->octets[0], end->octets[1], 1, 2}});
        } else {
            end->octets[0] = 0x20;  // no mapped one
        }
    }
    outer.payload = input.rest();
    if (outer.payload.empty()) {
        return;  // there is nothing to send
    }
    const auto packets = outer.packets();
    fuzz::require(!packets.empty() && (!outer.dont_fragment || packets.size() == 1));
    wire::Bytes whole;
    for (const wire::Bytes& packet : packets) {
        const bool is_last = &packet == &packets.back();
        const auto piece = is_ipv4 ? fragment_of_ipv4(packet, whole.size(), is_last)
                                   : fragment_of_ipv6(packet, whole.size(), is_last);
        constexpr std::size_t least = 40 + 8 + 8;
        fuzz::require(outer.dont_fragment || outer.longest == 0 ||
                      packet.size() <= std::max<std::size_t>(outer.longest, least));
        whole.insert(whole.end(), piece.begin(), piece.end());
    }
    fuzz::require(std::ranges::equal(whole, outer.payload));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size > max_input) {
        return -1;
    }
    const wire::BytesView octets(data, size);
    if (const auto echo = wire::Echo::parse(octets)) {
        fuzz::require(wire::Echo::parse(echo->serialize()) == echo);
    }
    if (const auto header = wire::Ipv4Header::parse(octets)) {
        static_cast<void>(header->payload_of(octets));
    }
    fragment(fuzz::Input(octets));
    return 0;
}
