#pragma once
// For how long what was sent to oneself may take to come: the kernel hands it over at once.

#include <chrono>

namespace godwit::runtime {

inline constexpr std::chrono::nanoseconds trial_patience = std::chrono::milliseconds(200);

}  // namespace godwit::runtime
