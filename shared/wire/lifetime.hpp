#pragma once
// RFC 6275 §6.1.7, §6.1.8, §6.2.4: lifetimes and refresh intervals count units of 4 seconds, 16
// bits.

#include <chrono>
#include <cstdint>
#include <ratio>

namespace godwit::wire {

using Lifetime = std::chrono::duration<std::uint32_t, std::ratio<4>>;

inline constexpr Lifetime max_lifetime{65535};  // 262140 s

}  // namespace godwit::wire
