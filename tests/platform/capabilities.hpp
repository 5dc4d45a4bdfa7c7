#pragma once
// For tests of what a process without privileges is told.

namespace godwit::platform {

// Gives up every capability of this process, for good: for a child process.
void drop_capabilities();

}  // namespace godwit::platform
