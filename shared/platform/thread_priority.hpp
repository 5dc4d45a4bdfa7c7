#pragma once

namespace godwit::platform {

// This thread goes before the programs whose packets it carries, which would else fill queues
// while it waits for a processor (setpriority(2), nice -10). Where the system does not allow that
// (RLIMIT_NICE, CAP_SYS_NICE) all stays as it is.
void prefer_this_thread();

}  // namespace godwit::platform
