#pragma once
// Which system calls a daemon may make from now on (seccomp(2)).

#include <string>
#include <system_error>
#include <vector>

namespace godwit::platform {

// For good, in all threads of the process. Calls that only an intruder would make end the process
// (SIGSYS): other programs and processes, other identities, other name spaces, the kernel's own
// programs. Any other call that is not on the list fails, is written to standard error once, and
// stands in refused_system_calls(). An error: the kernel does not do that, and nothing is filtered.
std::error_code filter_system_calls();

// "sethostname", in the order of their numbers; those of the list that were made in another way
// than it allows, too.
std::vector<std::string> refused_system_calls();

}  // namespace godwit::platform
