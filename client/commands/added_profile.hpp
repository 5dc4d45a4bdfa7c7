#pragma once
// What join, import and profile use have in common: a profile becomes active, and what comes next.

#include <filesystem>
#include <string>

#include "client/profiles.hpp"
#include "shared/runtime/exit_code.hpp"

namespace godwit::client {

// Whether or not a daemon runs; says what has come of it.
runtime::ExitCode use_profile(const Profiles& profiles, const std::string& name,
                              const std::filesystem::path& socket);

struct Start {
    std::filesystem::path socket;  // where a daemon answers that may run already
    bool is_wanted = true;         // that the service is started
};
// Of a configuration that has been written: starts the service for the active profile, anew if it
// runs, or says what to do next.
runtime::ExitCode finish(const Profiles& profiles, const std::filesystem::path& file,
                         const Start& start);

}  // namespace godwit::client
