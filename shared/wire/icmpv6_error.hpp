#pragma once
// ICMPv6 errors, RFC 4443 §3: what was wrong, and as much of the packet that it was wrong with as
// fits.

#include <cstddef>
#include <cstdint>

#include "shared/wire/bytes.hpp"

namespace godwit::wire {

struct DestinationUnreachable {
    static constexpr std::uint8_t type = 1;
    enum class Code : std::uint8_t {
        no_route = 0,
        administratively_prohibited = 1,
        beyond_scope = 2,
        address_unreachable = 3,
        port_unreachable = 4,
        source_address_failed_policy = 5,
        reject_route = 6,
    };

    Code code{};
    Bytes invoking_packet;

    bool operator==(const DestinationUnreachable&) const = default;
};

struct PacketTooBig {
    static constexpr std::uint8_t type = 2;

    std::uint32_t mtu = 0;  // of the next hop's link, octets
    Bytes invoking_packet;

    bool operator==(const PacketTooBig&) const = default;
};

struct ParameterProblem {
    static constexpr std::uint8_t type = 4;
    enum class Code : std::uint8_t {
        erroneous_header_field = 0,
        unrecognized_next_header = 1,
        unrecognized_option = 2,
    };

    Code code{};
    std::uint32_t pointer = 0;  // octets into the invoking packet
    Bytes invoking_packet;

    bool operator==(const ParameterProblem&) const = default;
};

}  // namespace godwit::wire
