#include "tests/impair/icmp_error.hpp"

#include <cstdint>

namespace godwit::impair {

namespace {

constexpr unsigned ethertype_ipv4 = 0x0800;
constexpr unsigned ethertype_ipv6 = 0x86dd;
constexpr unsigned icmpv4 = 1;
constexpr unsigned icmpv6 = 58;

// An octet of the frame; beyond its end, one that means nothing here.
unsigned octet(std::span<const std::byte> frame, std::size_t at) {
    return at < frame.size() ? std::to_integer<unsigned>(frame[at]) : 0xff;
}

bool is_icmpv4_error(std::span<const std::byte> packet) {
    const unsigned type = octet(packet, std::size_t{octet(packet, 0) & 0xfU} * 4);
    return octet(packet, 9) == icmpv4 && (type == 3 || type == 11 || type == 12);
}

bool is_icmpv6_error(std::span<const std::byte> packet) {
    const unsigned type = octet(packet, 40);
    return octet(packet, 6) == icmpv6 && type >= 1 && type <= 4;
}

}  // namespace

bool is_icmp_error(std::span<const std::byte> frame) {
    if (frame.size() <= ethernet_header) {
        return false;
    }
    const unsigned ethertype = octet(frame, 12) << 8U | octet(frame, 13);
    const auto packet = frame.subspan(ethernet_header);
    return (ethertype == ethertype_ipv4 && is_icmpv4_error(packet)) ||
           (ethertype == ethertype_ipv6 && is_icmpv6_error(packet));
}

}  // namespace godwit::impair
