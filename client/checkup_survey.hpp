#pragma once
// Looks up what the checkup judges, and changes nothing by it: no packet that it sends moves a
// binding. Takes 1.2 s for each path.

#include <filesystem>
#include <optional>

#include "client/checkup.hpp"

namespace godwit::client {

struct SurveyOrder {
    std::filesystem::path configuration;
    // The daemon's, in place of the one that the configuration names.
    std::optional<std::filesystem::path> socket;
};

// What this process may not look at is said in the facts. Throws std::system_error where the kernel
// refuses what it refuses nobody.
CheckupFacts survey(const SurveyOrder& order);

}  // namespace godwit::client
