#pragma once
// Which system calls a daemon may make from now on (seccomp(2)).

#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace godwit::platform {

// Put together by another thread from the beginning: that takes two milliseconds, of which a start
// has no more to wait for than is left.
class SystemCallFilter {
  public:
    SystemCallFilter();
    SystemCallFilter(SystemCallFilter&&) noexcept;
    SystemCallFilter& operator=(SystemCallFilter&&) noexcept;
    ~SystemCallFilter();

    // Once. For good, in all threads of the process. Calls that only an intruder would make end the
    // process (SIGSYS): other programs and processes, other identities, other name spaces, the
    // kernel's own programs. Any other call that is not on the list fails, is written to standard
    // error once, and stands in refused_system_calls(). An error: the kernel does not do that, and
    // nothing is filtered.
    std::error_code enforce();

  private:
    class Rules;
    std::future<std::unique_ptr<Rules>> rules_;
};

// "sethostname", in the order of their numbers; those of the list that were made in another way
// than it allows, too.
std::vector<std::string> refused_system_calls();

}  // namespace godwit::platform
