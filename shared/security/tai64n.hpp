#pragma once
// A TAI64N label: 2^62 + seconds in 8 octets, nanoseconds in 4, network order. Like WireGuard, we
// take TAI to be 10 s ahead of Unix time: only the order matters.

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>

namespace godwit::security {

struct Tai64n {
    std::array<std::uint8_t, 12> octets{};

    // Big endian, so octets compare as times do.
    auto operator<=>(const Tai64n&) const = default;
    static Tai64n from(std::chrono::sys_time<std::chrono::nanoseconds> time);
    // One nanosecond later.
    [[nodiscard]] Tai64n next() const;
};

}  // namespace godwit::security
