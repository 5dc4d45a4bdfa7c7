#pragma once
// The operating system may refuse what it is asked for. While a daemon starts that is an exception
// which names the attempt; once it runs, an error code that is dealt with where it happens.

#include <cerrno>
#include <concepts>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

namespace godwit::platform {

// How many octets or packets were moved. A descriptor with nothing to give, or no room, is
// std::errc::operation_would_block.
using Transferred = std::expected<std::size_t, std::error_code>;

inline std::error_code last_error() {
    return {errno, std::system_category()};
}

inline void require(std::string_view attempt, std::error_code outcome) {
    if (outcome) {
        throw std::system_error(outcome, std::string(attempt));
    }
}

// The result of a system call, unless it failed: then a std::system_error "attempt: reason".
template <std::signed_integral Result>
Result check_syscall(std::string_view attempt, Result result) {
    if (result < 0) {
        require(attempt, last_error());
    }
    return result;
}

}  // namespace godwit::platform
