#pragma once
// What daemons do after their start, as names of system calls. Not every machine has each of them,
// nor does every version of libseccomp know it.

#include <span>

namespace godwit::platform {

// However they are made.
std::span<const char* const> allowed_system_calls();
// Never: they end the process.
std::span<const char* const> forbidden_system_calls();

}  // namespace godwit::platform
