#pragma once
// The sockets that tunnelled packets leave and come by, and which offloads are on. They outlive the
// data plane.

#include <span>

#include "shared/platform/outer_packet_socket.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/offload_switches.hpp"

namespace godwit::runtime {

struct PathSockets {
    platform::RawTunnelSocket& esp;            // protocol 50
    platform::RawTunnelSocket& ipv6;           // protocol 41
    platform::RawTunnelSocket& ipv4;           // protocol 4
    std::span<platform::UdpTunnelSocket> udp;  // a path names one by its port; at most 6
    platform::OuterPacketSocket& outer;        // for fragments and probes
    OffloadSwitches* offloads = nullptr;       // none: all that there are, for ever
};

}  // namespace godwit::runtime
