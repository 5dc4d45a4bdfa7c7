#pragma once
// Sleeping until one of a few descriptors has something to read (ppoll(2)).

#include <chrono>
#include <optional>
#include <span>

namespace godwit::platform {

struct Watched {
    int descriptor = -1;  // negative: passed over
    bool readable = false;
};

// Sleeps until at least one is readable or broken, and says which. A signal to the process ends it
// with none, and so does the timeout, if there is one. At most 16 descriptors.
void wait_until_readable(std::span<Watched> watched,
                         std::optional<std::chrono::nanoseconds> timeout = std::nullopt);

}  // namespace godwit::platform
