#pragma once
// That a daemon may make no system calls but those that it needs: how it comes to that at the end
// of its start, and what it tells of it.

#include <optional>
#include <string>
#include <vector>

#include "shared/platform/system_call_filter.hpp"
#include "shared/runtime/finding.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

struct Confinement {
    bool is_filtered = false;
    std::string reason{};                // why not
    std::vector<std::string> refused{};  // calls, by their names
};

// What a daemon makes at the beginning of its start, and uses at the end. Not where sanitizers or
// valgrind are at work, which make other calls: GODWIT_SYSTEM_CALL_FILTER=off in the environment
// says so.
class Confining {
  public:
    Confining();

    // From now on, for good, in all threads; once in a process.
    Confinement confine(const Log& log);

  private:
    std::string reason_against_;
    std::optional<platform::SystemCallFilter> filter_;  // if there is none
};

// That, and what has been refused until now.
Confinement confinement_now(const Confinement& at_start);

// What is wrong, a sentence each.
std::vector<std::string> complaints(const Confinement& confinement);

// "system_calls" of the status.
Json to_json(const Confinement& confinement);
// What a doctor says of such an object; of an older daemon's status, null, nothing.
std::vector<Finding> confinement_findings(const Json& system_calls);

}  // namespace godwit::runtime
