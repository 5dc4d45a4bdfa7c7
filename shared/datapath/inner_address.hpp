#pragma once
// By which address a packet finds its tunnel, read before anybody has looked whether it is a packet
// at all: good for guessing what is going to be needed, and for nothing else.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "shared/datapath/look_up_by.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::datapath {

struct InnerAddress {
    wire::Ipv6Address value;  // of IPv4: mapped
    bool is_ipv4 = false;
};

// Zeros where it is too short.
template <std::size_t size>
std::array<std::uint8_t, size> octets_at(std::size_t offset, wire::BytesView packet) {
    std::array<std::uint8_t, size> octets{};
    if (packet.size() >= offset + size) {
        std::ranges::copy(packet.subspan(offset).first<size>(), octets.begin());
    }
    return octets;
}

inline InnerAddress tunnelled_address(wire::BytesView packet, LookUpBy look_up_by) {
    const bool is_source = look_up_by == LookUpBy::inner_source;
    if (!packet.empty() && packet[0] >> 4U == 4) {  // RFC 791 §3.1
        return {wire::Ipv6Address::mapped({octets_at<4>(is_source ? 12 : 16, packet)}), true};
    }
    return {{octets_at<16>(is_source ? 8 : 24, packet)}, false};  // RFC 8200 §3
}

}  // namespace godwit::datapath
