#pragma once
// A classic BPF program (socket(7), SO_ATTACH_FILTER) for packet sockets.

#include <linux/filter.h>

#include <vector>

namespace godwit::platform {

// Passes IPv6 packets to this machine's link-layer address whose Mobility Header stands at once
// behind the IPv6 header, or behind up to three hop-by-hop, routing or destination options headers.
std::vector<sock_filter> mobility_header_filter();

}  // namespace godwit::platform
