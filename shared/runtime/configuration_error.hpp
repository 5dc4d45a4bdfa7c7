#pragma once
// What is wrong in a configuration file, where, and what would be right.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace godwit::runtime {

struct ConfigurationError {
    std::string file;
    std::uint32_t line = 0;  // from 1; 0: the file as a whole
    std::uint32_t column = 0;
    std::string wrong;  // "lifetime: 20 is too small"
    std::string right;  // "write a whole number from 40 to 262140"

    // As compilers write it: "mn.toml:3:12: lifetime: 20 is too small; write ...".
    [[nodiscard]] std::string text() const;
};

// The code by which the daemons' APIs tell of it.
inline constexpr auto bad_configuration = "bad-configuration";

// Thrown once for a file, with all that is wrong in it; what() has a line for each.
class InvalidConfiguration : public std::runtime_error {
  public:
    explicit InvalidConfiguration(std::vector<ConfigurationError> errors);
    [[nodiscard]] const std::vector<ConfigurationError>& errors() const { return errors_; }

  private:
    std::vector<ConfigurationError> errors_;
};

}  // namespace godwit::runtime
