#pragma once
// Keys and numbers that are the same in every run, so that an input means the same every time.

#include <cstdint>

namespace godwit::fuzz {

// From now on all of libsodium's random octets follow from this number.
void draw_from(std::uint64_t seed);

}  // namespace godwit::fuzz
