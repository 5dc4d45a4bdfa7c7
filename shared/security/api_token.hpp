#pragma once
// The token that lets its bearer change something over TCP (RFC 6750). What is kept of it is a
// keyed hash under a key of this process: the token itself is in its file alone.

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "shared/security/keys.hpp"
#include "shared/security/message_authentication.hpp"

namespace godwit::security {

class ApiToken {
  public:
    // Even of hexadecimal digits these are 64 bits: too many to guess over a network.
    static constexpr std::size_t least_length = 16;  // characters
    static constexpr std::size_t most_length = 256;

    explicit ApiToken(std::string_view token);
    // One line, which only its owner and its group may read. Throws std::system_error if it cannot
    // be read, std::runtime_error if others can read it or if it holds no token.
    static ApiToken load(const std::filesystem::path& path);

    // In constant time.
    [[nodiscard]] bool matches(std::string_view token) const;

  private:
    PresharedKey key_;
    Mac mac_;
};

}  // namespace godwit::security
