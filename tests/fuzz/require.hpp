#pragma once
// What must hold whatever the input is. A fuzzer takes an abort for a find.

#include <cstdlib>

namespace godwit::fuzz {

inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace godwit::fuzz
