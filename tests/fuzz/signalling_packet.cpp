// An IPv6 packet from the network, taken for signalling: what is read is written so that it reads
// the same, and the message in it is looked into.

#include "shared/wire/mobility_header.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    const auto packet = wire::SignallingPacket::parse({data, size});
    if (packet) {
        fuzz::require(wire::SignallingPacket::parse(packet->serialize()) == packet);
        fuzz::require(!packet->home_address_option ||
                      packet->home_address_option->address.is_unicast_routable());
        fuzz::require(!packet->routing_header ||
                      packet->routing_header->address.is_unicast_routable());
        (void)wire::parse_mobility_header(packet->mobility_header, packet->pseudo_header());
    }
    return 0;
}
