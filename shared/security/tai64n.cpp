#include "shared/security/tai64n.hpp"

#include <cstddef>

namespace godwit::security {
namespace {

constexpr std::uint64_t epoch = 0x400000000000000a;
constexpr std::uint32_t nanoseconds_in_a_second = 1'000'000'000;

Tai64n label(std::uint64_t seconds, std::uint32_t nanoseconds) {
    Tai64n time;
    for (std::size_t octet = 0; octet < 8; ++octet) {
        time.octets[octet] = static_cast<std::uint8_t>(seconds >> (56U - 8U * octet));
    }
    for (std::size_t octet = 0; octet < 4; ++octet) {
        time.octets[8 + octet] = static_cast<std::uint8_t>(nanoseconds >> (24U - 8U * octet));
    }
    return time;
}

}  // namespace

Tai64n Tai64n::from(std::chrono::sys_time<std::chrono::nanoseconds> time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const auto seconds = static_cast<std::uint64_t>(second.time_since_epoch().count());
    return label(epoch + seconds, static_cast<std::uint32_t>((time - second).count()));
}

Tai64n Tai64n::next() const {
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    for (std::size_t octet = 0; octet < 8; ++octet) {
        seconds = (seconds << 8U) | octets[octet];
    }
    for (std::size_t octet = 8; octet < 12; ++octet) {
        nanoseconds = (nanoseconds << 8U) | octets[octet];
    }
    return nanoseconds + 1 < nanoseconds_in_a_second ? label(seconds, nanoseconds + 1)
                                                     : label(seconds + 1, 0);
}

}  // namespace godwit::security
