#pragma once
// Sleeping until one of a few descriptors has something to read (poll(2)).

#include <span>

namespace godwit::platform {

struct Watched {
    int descriptor = -1;  // negative: passed over
    bool readable = false;
};

// Sleeps until at least one is readable or broken, and says which. A signal to the process ends it
// with none. At most 16 descriptors.
void wait_until_readable(std::span<Watched> watched);

}  // namespace godwit::platform
