#pragma once

#include <cstdint>
#include <span>

namespace godwit::security {

// A key, and a name for it that no other key of this process has: what a thread has prepared for
// its last key is known by it.
struct NamedAesKey {
    std::uint64_t name = 0;
    std::span<const std::uint8_t, 32> key;
};

}  // namespace godwit::security
