#pragma once
// Times on the command line: "90s", "30m", "1h", "30d".

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <string>

namespace godwit::server {

// `seconds`: an std::int64_t, or std::optional of one, which is empty as long as nothing is said.
// `otherwise` is how the help shows what it holds before.
template <class Seconds>
void add_duration(CLI::App& command, const std::string& option, Seconds& seconds,
                  const std::string& meaning, const std::string& otherwise) {
    const std::map<std::string, std::int64_t> units{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    command.add_option(option, seconds, meaning)
        ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_SENSITIVE, "TIME"))
        ->default_str(otherwise);
}

}  // namespace godwit::server
