#include "shared/runtime/configuration_error.hpp"

#include <utility>

#include "shared/runtime/printable.hpp"

namespace godwit::runtime {

namespace {

std::string join(const std::vector<ConfigurationError>& errors) {
    std::string lines;
    for (const ConfigurationError& error : errors) {
        lines += (lines.empty() ? "" : "\n") + error.text();
    }
    return lines;
}

}  // namespace

std::string ConfigurationError::text() const {
    std::string place = file;
    if (line != 0) {
        place += ":" + std::to_string(line) + ":" + std::to_string(column);
    }
    return printable(place + ": " + wrong + "; " + right);
}

InvalidConfiguration::InvalidConfiguration(std::vector<ConfigurationError> errors)
    : std::runtime_error(join(errors)), errors_(std::move(errors)) {}

}  // namespace godwit::runtime
