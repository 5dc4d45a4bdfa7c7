#pragma once
// How much the log tells; each level tells what those after it tell as well.

#include <cstdint>

namespace godwit::runtime {

enum class LogLevel : std::uint8_t {
    debug,    // every message, and why one was dropped
    info,     // what changes the state
    warning,  // what the operator should look at
    error,    // what does not work
};

}  // namespace godwit::runtime
