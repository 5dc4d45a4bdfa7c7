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
    double bits_per_second = 0;         // of the bottleneck; 0: as fast as can be
    std::size_t queue = 1000;           // frames that may wait for the bottleneck
    std::size_t mtu = 0;                // longer packets disappear silently; 0: none do
    std::uint64_t seed = 1;             // of the losses: the same seed, the same frames lost
};

}  // namespace godwit::impair
