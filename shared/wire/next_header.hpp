#pragma once
// The protocol numbers of IANA's registry that a Next Header field may hold here.

#include <cstdint>

namespace godwit::wire {

enum class NextHeader : std::uint8_t {
    hop_by_hop = 0,
    icmp = 1,
    ipv4 = 4,
    tcp = 6,
    udp = 17,
    ipv6 = 41,
    routing = 43,
    fragment = 44,
    esp = 50,
    authentication = 51,
    icmpv6 = 58,
    none = 59,
    destination_options = 60,
    mobility = 135,
};

}  // namespace godwit::wire
