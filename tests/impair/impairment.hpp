#pragma once
// What a link does to the frames that cross it.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit::impair {

using Instant = std::chrono::steady_clock::time_point;

struct Impairment {
    std::chrono::nanoseconds delay{0};  // of propagation, in each direction
    double loss = 0;                    // probability that a frame disappears
    double reorder = 0;                 // probability that a frame lets later ones past
    std::chrono::nanoseconds reorder_delay{10'000'000};  // for how long
    double bits_per_second = 0;                          // of the bottleneck; 0: as fast as can be
    std::size_t queue = 1000;                            // frames that may wait for the bottleneck
    std::size_t mtu = 0;     // longer packets disappear silently; 0: none do
    std::uint64_t seed = 1;  // of the chances: the same seed, the same frames
    bool blackhole = false;  // nothing passes
    bool drop_icmp = false;  // errors of ICMPv4 and ICMPv6 disappear
};

inline std::chrono::nanoseconds from_milliseconds(double milliseconds) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6));
}

}  // namespace godwit::impair
