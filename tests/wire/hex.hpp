#pragma once
// Octets as a reader of RFCs writes them.

#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/wire/bytes.hpp"

namespace godwit::test {

// "0201 000c" and the like; white space is skipped.
inline wire::Bytes octets(std::string_view digits) {
    wire::Bytes result;
    unsigned pending = 1;  // a one above the digits read so far
    for (const char character : digits) {
        const auto digit = static_cast<unsigned char>(character);
        if (std::isxdigit(digit) == 0) {
            continue;
        }
        const auto value = static_cast<unsigned>(
            std::isdigit(digit) != 0 ? digit - '0' : std::tolower(digit) - 'a' + 10);
        pending = pending << 4U | value;
        if (pending >= 0x100U) {
            result.push_back(static_cast<std::uint8_t>(pending));
            pending = 1;
        }
    }
    return result;
}

inline std::string hex(wire::BytesView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t octet : bytes) {
        text += digits[octet >> 4U];
        text += digits[octet & 0xfU];
    }
    return text;
}

}  // namespace godwit::test
