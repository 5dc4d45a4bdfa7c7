#pragma once

namespace godwit::platform {

// Gives back what only the start of the program needed: free heap, and the pages of its own and its
// libraries' code and constants, which the kernel maps again when they are used. What has been
// written stays.
void give_back_unused_memory();

// Free heap alone, of all threads. Of some MiB it takes a millisecond.
void give_back_free_heap();

}  // namespace godwit::platform
