#pragma once
// RFC 768.
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Source Port          |       Destination Port        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |            Length             |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"

namespace godwit::wire {

struct UdpHeader {
    static constexpr std::size_t size = 8;  // octets

    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;

    bool operator==(const UdpHeader&) const = default;
    // The whole datagram, with its checksum: at most 65527 octets of payload. IPv4 addresses are
    // mapped, which leaves the checksum of their pseudo-header as RFC 768 has it.
    [[nodiscard]] Bytes datagram(BytesView payload, const PseudoHeader& addresses) const;
};

}  // namespace godwit::wire
