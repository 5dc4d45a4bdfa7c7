#pragma once
// IPv4 packets for tests that write them to a TUN device.

#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

// UDP without data, and without a checksum of its own.
wire::Bytes ipv4_datagram(wire::Ipv4Address from, wire::Ipv4Address to, std::uint16_t from_port,
                          std::uint16_t to_port);

}  // namespace godwit::platform
