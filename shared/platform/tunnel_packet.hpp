#pragma once
// Tunnelled packets as the path sockets take and give them: what stands behind the outer headers,
// and the path. The kernel writes and reads the outer headers.

#include <cstdint>
#include <span>

#include "shared/mobility/path.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

struct TunnelArrival {
    std::span<std::uint8_t> buffer;   // from the caller; 64 KiB lets a packet be as long as it may
    std::span<std::uint8_t> payload;  // what stood behind the outer headers: within `buffer`
    mobility::Path path;              // local: the outer destination; remote: the outer source
    std::uint8_t traffic_class = 0;   // of the outer header
    bool cut_off = false;             // it was longer than the buffer
    // The payload is many in one, each of so many octets and the last perhaps of fewer; 0: it is
    // one.
    std::uint16_t segment_size = 0;
};

struct TunnelDeparture {
    wire::BytesView payload;
    mobility::Path path;
    std::uint8_t traffic_class = 0;  // for the outer header
};

inline constexpr std::size_t max_tunnel_batch = 64;        // received by one call
inline constexpr std::size_t max_tunnel_departures = 256;  // sent by one call

}  // namespace godwit::platform
