// An IPv6 packet from the network, taken for ICMPv6: what is read is written so that it reads the
// same.

#include "shared/wire/icmpv6.hpp"

#include <variant>

#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 1280;  // an error is cut to this when it is written

// Random octets seldom have a right checksum, and would never be looked into.
wire::Bytes with_checksum(wire::BytesView message, const wire::PseudoHeader& addresses) {
    wire::Bytes bytes(message.begin(), message.end());
    if (bytes.size() >= 4) {
        bytes[2] = bytes[3] = 0;
        const auto sum = wire::upper_layer_checksum(addresses, wire::NextHeader::icmpv6, bytes);
        bytes[2] = static_cast<std::uint8_t>(sum >> 8U);
        bytes[3] = static_cast<std::uint8_t>(sum);
    }
    return bytes;
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    const wire::BytesView packet(data, size);
    const auto header = wire::Ipv6Header::parse(packet);
    if (!header || size > max_input) {
        return -1;
    }
    const wire::PseudoHeader addresses{header->source, header->destination};
    const wire::BytesView payload = packet.subspan(wire::Ipv6Header::size);
    (void)wire::parse_icmpv6(*header, payload);
    const auto message = wire::parse_icmpv6(*header, with_checksum(payload, addresses));
    if (message) {
        fuzz::require(wire::parse_icmpv6(*header, wire::serialize_icmpv6(*message, addresses)) ==
                      message);
    }
    return 0;
}
