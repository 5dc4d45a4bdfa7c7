#pragma once
// Names of clients: how one is written, and which two are the same.

#include <algorithm>
#include <string>
#include <string_view>

#include "server/clients/enrolled_clients.hpp"

namespace godwit::server {

constexpr bool is_capital(char character) {
    return character >= 'A' && character <= 'Z';
}

// Letters, digits, "-", "_" and "."; the first one is a letter or a digit, so that no name looks
// like an option or a hidden file.
inline bool is_good_name(std::string_view name) {
    const auto is_plain = [](char character) {
        return is_capital(character) || (character >= 'a' && character <= 'z') ||
               (character >= '0' && character <= '9');
    };
    return !name.empty() && name.size() <= EnrolledClients::max_name && is_plain(name.front()) &&
           std::ranges::all_of(name, [&](char character) {
               return is_plain(character) || character == '-' || character == '_' ||
                      character == '.';
           });
}

inline std::string in_small_letters(std::string_view name) {
    std::string small(name);
    std::ranges::transform(small, small.begin(), [](char character) {
        return is_capital(character) ? static_cast<char>(character - 'A' + 'a') : character;
    });
    return small;
}

}  // namespace godwit::server
