#pragma once
// RFC 6275 §12 and §13: protocol constants and configuration variables, by their names there.

#include <chrono>
#include <cstddef>

namespace godwit::mobility {

using namespace std::chrono_literals;

inline constexpr auto initial_bindack_timeout = 1s;
inline constexpr auto initial_bindack_timeout_first_registration = 1500ms;
inline constexpr auto max_bindack_timeout = 32s;
inline constexpr auto max_delete_bce_timeout = 10s;
inline constexpr std::size_t max_update_rate = 3;  // binding updates a second

}  // namespace godwit::mobility
