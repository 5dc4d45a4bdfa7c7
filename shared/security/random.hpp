#pragma once
// Numbers that nobody can predict.

#include <cstdint>

namespace godwit::security {

std::uint32_t random_number();

}  // namespace godwit::security
