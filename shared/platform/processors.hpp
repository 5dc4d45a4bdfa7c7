#pragma once

#include <cstddef>

namespace godwit::platform {

// How many processors this process may run on (sched_getaffinity(2)), at least 1.
std::size_t usable_processors();

}  // namespace godwit::platform
