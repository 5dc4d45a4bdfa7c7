#pragma once
// Marks of packets (SO_MARK, `meta mark`) by which policy rules and nftables know what they are.
// Only root may set any.

#include <cstdint>

namespace godwit::client {

inline constexpr std::uint32_t outer_packet_mark = 0x4191;  // of our own sockets; RFC 5555's port
inline constexpr std::uint32_t excluded_mark = 0x4190;      // of programs that go past the tunnel
inline constexpr std::uint32_t home_link_mark = 0x418f;     // by the home link, while at home
inline constexpr std::uint32_t portal_mark = 0x418e;        // to a captive portal, and back

}  // namespace godwit::client
